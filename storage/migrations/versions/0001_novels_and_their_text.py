"""Novels, branches, plans, chapters, revisions, segments, memory snapshots and runs."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.immutability import refuse

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(32)
_KEY = sa.String(64)
_ENUM = sa.String(16)
_TIME = sa.DateTime(timezone=True)

_REFUSED = {
    "segments_never_change": ("UPDATE ON segments", "segments never change"),
    "segments_are_never_deleted": ("DELETE ON segments", "segments are never deleted"),
    "snapshots_never_change": ("UPDATE ON memory_snapshots", "memory snapshots never change"),
    "plans_never_change": ("UPDATE ON plans", "plans never change"),
    "planned_chapters_never_change": (
        "UPDATE ON planned_chapters",
        "planned chapters never change",
    ),
    "planned_beats_never_change": ("UPDATE ON planned_beats", "planned beats never change"),
    "complete_revisions_never_change": (
        "UPDATE ON revisions WHEN OLD.state = 'complete'",
        "complete revisions never change",
    ),
    "complete_revisions_take_no_segments": (
        "INSERT ON segments WHEN EXISTS (SELECT 1 FROM revisions"
        " WHERE id = NEW.revision_id AND state = 'complete')",
        "complete revisions take no segments",
    ),
}


def upgrade() -> None:
    _create_novels()
    _create_plans()
    _create_text()
    _create_snapshots()
    refuse(op, _REFUSED)


def downgrade() -> None:
    raise NotImplementedError("A database is never taken back to an older schema.")


def _create_novels() -> None:
    op.create_table(
        "novels",
        sa.Column("id", _ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("premise", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("target_words", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("status", _ENUM, nullable=False),
        sa.Column("active_branch_id", _ID, nullable=False),
        sa.Column("run_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_novels"),
    )
    op.create_table(
        "branches",
        sa.Column("id", _ID, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_branch_id", _ID, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        _references("branches", "novel_id", "novels"),
        _references("branches", "parent_branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name="pk_branches"),
        sa.UniqueConstraint("novel_id", "name", name="uq_branches_novel_id_name"),
    )
    op.create_table(
        "runs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("status", _ENUM, nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("dtype", sa.Text(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("heartbeat_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("elapsed_seconds", sa.Double(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        _references("runs", "novel_id", "novels"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("novel_id", "epoch", name="uq_runs_novel_id_epoch"),
    )


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", _ID, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("structure", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("plans", "branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("branch_id", "version", name="uq_plans_branch_id_version"),
    )
    op.create_table(
        "planned_chapters",
        sa.Column("plan_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("target_words", sa.Integer(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("planned_chapters", "plan_id", "plans"),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_planned_chapters"),
    )
    op.create_table(
        "planned_beats",
        sa.Column("plan_id", _ID, nullable=False),
        sa.Column("chapter_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beats", sa.JSON(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id", "chapter_number"],
            ["planned_chapters.plan_id", "planned_chapters.number"],
            name="fk_planned_beats_plan_id_planned_chapters",
        ),
        sa.PrimaryKeyConstraint("plan_id", "chapter_number", name="pk_planned_beats"),
    )


def _create_text() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("chapter_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("parent_id", _ID, nullable=True),
        sa.Column("state", _ENUM, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("num_segments", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("completed_at", _TIME, nullable=True),
        _references("revisions", "novel_id", "novels"),
        _references("revisions", "parent_id", "revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint(
            "novel_id",
            "chapter_number",
            "number",
            name="uq_revisions_novel_id_chapter_number_number",
        ),
    )
    op.create_table(
        "chapters",
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision_id", _ID, nullable=False),
        _references("chapters", "branch_id", "branches"),
        _references("chapters", "revision_id", "revisions"),
        sa.PrimaryKeyConstraint("branch_id", "number", name="pk_chapters"),
    )
    op.create_table(
        "segments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("parent_key", _KEY, nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("carry", sa.Text(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("elapsed_seconds", sa.Double(), nullable=False),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        _references("segments", "revision_id", "revisions"),
        _references("segments", "run_id", "runs"),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
        sa.UniqueConstraint("revision_id", "position", name="uq_segments_revision_id_position"),
    )


def _create_snapshots() -> None:
    op.create_table(
        "memory_snapshots",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("parent_key", _KEY, nullable=False),
        sa.Column("num_bytes", sa.BigInteger(), nullable=False),
        sa.Column("data_sha256", _KEY, nullable=False),
        sa.Column("model_fingerprint", sa.Text(), nullable=False),
        sa.Column("adapter_fingerprint", sa.Text(), nullable=False),
        sa.Column("dtype", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_memory_snapshots"),
    )


def _references(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
