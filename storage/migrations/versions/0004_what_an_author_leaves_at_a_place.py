"""An author's notes, marks and comments."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.immutability import refuse

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_ENUM = sa.String(16)
_TIME = sa.DateTime(timezone=True)
_NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_REFUSED = {
    "author_marks_stay_where_they_belong": (
        "UPDATE OF id, novel_id, branch_id, chapter, kind, created_at ON author_marks",
        "a mark stays in its chapter",
    ),
    "author_marks_are_never_deleted": ("DELETE ON author_marks", "marks are never deleted"),
}


def upgrade() -> None:
    op.create_table(
        "author_marks",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("anchor", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["novel_id"], ["novels.id"], name="fk_author_marks_novel_id"),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name="fk_author_marks_branch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_author_marks"),
    )
    op.create_index("ix_author_marks_chapter", "author_marks", ["branch_id", "chapter"])
    refuse(op, _REFUSED)


def downgrade() -> None:
    raise NotImplementedError("A database is never taken back to an older schema.")
