"""What a fleet is to do, who works in it, and whether it stands still."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_ENUM = sa.String(16)
_TIME = sa.DateTime(timezone=True)
_NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_workers()
    _create_tasks()


def downgrade() -> None:
    raise NotImplementedError("A database is never taken back to an older schema.")


def _create_workers() -> None:
    op.create_table(
        "fleet_workers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("metrics_address", sa.Text(), nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        sa.Column("leave_request", _ENUM, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_workers"),
    )
    op.create_index("ix_fleet_workers_state", "fleet_workers", ["state"])
    op.create_table(
        "fleet_state",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("pause_request", _ENUM, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_state"),
    )


def _create_tasks() -> None:
    op.create_table(
        "fleet_jobs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["novel_id"], ["novels.id"], name="fk_fleet_jobs_novel_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_fleet_jobs_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_jobs"),
    )
    op.create_table(
        "fleet_tasks",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("revision_id", _ID, nullable=True),
        sa.Column("worker_id", _ID, nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hold_request", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("taken_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["fleet_jobs.id"], name="fk_fleet_tasks_job_id"),
        sa.ForeignKeyConstraint(["novel_id"], ["novels.id"], name="fk_fleet_tasks_novel_id"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name="fk_fleet_tasks_revision_id"
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["fleet_workers.id"], name="fk_fleet_tasks_worker_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_tasks"),
    )
    op.create_index("ix_fleet_tasks_state", "fleet_tasks", ["state", "id"])
    op.create_index("ix_fleet_tasks_job_id", "fleet_tasks", ["job_id", "id"])
    op.create_index("ix_fleet_tasks_novel_id", "fleet_tasks", ["novel_id", "id"])
