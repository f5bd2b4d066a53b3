"""Texts stored whole, changes that can be undone, checks, run events and the inbox."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.immutability import refuse

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_KEY = sa.String(64)
_ENUM = sa.String(16)
_TIME = sa.DateTime(timezone=True)
_NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_REFUSED = {
    "revision_texts_never_change": ("UPDATE ON revision_texts", "texts never change"),
    "revision_texts_are_never_deleted": ("DELETE ON revision_texts", "texts are never deleted"),
    "revision_cuts_never_change": ("UPDATE ON revision_cuts", "cuts never change"),
    "run_events_never_change": ("UPDATE ON run_events", "events never change"),
    "partial_revisions_never_change": (
        "UPDATE ON revisions WHEN OLD.state = 'partial'",
        "partial revisions never change",
    ),
    "partial_revisions_take_no_segments": (
        "INSERT ON segments WHEN EXISTS (SELECT 1 FROM revisions"
        " WHERE id = NEW.revision_id AND state = 'partial')",
        "partial revisions take no segments",
    ),
}


def upgrade() -> None:
    _add_columns()
    _create_texts()
    _create_run_events()
    _create_changes()
    _create_inbox()
    _fill_fingerprints()
    _fill_open_words()
    _fill_genesis_keys()
    refuse(op, _REFUSED)


def downgrade() -> None:
    raise NotImplementedError("A database is never taken back to an older schema.")


def _add_columns() -> None:
    _add_text("novels", "model_fingerprint")
    _add_text("novels", "adapter_fingerprint")
    op.add_column("plans", sa.Column("origin_id", _ID, nullable=True))
    _add_text("revisions", "opening")
    _add_number("revisions", "open_words")
    op.add_column("revisions", sa.Column("genesis_key", _KEY, nullable=True))
    op.add_column(
        "revisions", sa.Column("provenance", sa.JSON(), nullable=False, server_default="{}")
    )
    op.add_column("runs", sa.Column("branch_id", _ID, nullable=True))
    op.add_column("runs", sa.Column("purpose", _ENUM, nullable=False, server_default="write"))
    op.add_column(
        "runs", sa.Column("is_unattended", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("runs", sa.Column("pause_request", _ENUM, nullable=False, server_default="none"))
    _add_number("runs", "heartbeats")


def _add_text(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))


def _add_number(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))


def _create_texts() -> None:
    op.create_table(
        "revision_texts",
        sa.Column("revision_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _references("revision_texts", "revision_id", "revisions"),
        sa.PrimaryKeyConstraint("revision_id", name="pk_revision_texts"),
    )
    op.create_table(
        "revision_cuts",
        sa.Column("revision_id", _ID, nullable=False),
        sa.Column("genesis_key", _KEY, nullable=False),
        sa.Column("ends", sa.JSON(), nullable=False),
        _references("revision_cuts", "revision_id", "revisions"),
        sa.PrimaryKeyConstraint("revision_id", "genesis_key", name="pk_revision_cuts"),
    )


def _create_run_events() -> None:
    op.create_table(
        "run_events",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("run_events", "run_id", "runs"),
        sa.PrimaryKeyConstraint("id", name="pk_run_events"),
    )
    op.create_index("ix_run_events_run_id", "run_events", ["run_id", "id"])


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        _references("changes", "novel_id", "novels"),
        _references("changes", "branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_branch_id", "changes", ["branch_id", "id"])
    op.create_table(
        "checks",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("edited_chapter", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("checks", "branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
    )
    op.create_index("ix_checks_branch_id", "checks", ["branch_id", "id"])


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("chapter_number", sa.Integer(), nullable=False),
        sa.Column("revision_id", _ID, nullable=False),
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("decided_at", _TIME, nullable=True),
        _references("inbox", "novel_id", "novels"),
        _references("inbox", "branch_id", "branches"),
        _references("inbox", "revision_id", "revisions"),
        _references("inbox", "run_id", "runs"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_novel_id", "inbox", ["novel_id", "id"])


def _fill_fingerprints() -> None:
    """A novel's memory was read with the model and adapter of any of its snapshots."""
    for column in ("model_fingerprint", "adapter_fingerprint"):
        op.execute(
            f"UPDATE novels SET {column} = COALESCE((SELECT s.{column} FROM memory_snapshots s"  # noqa: S608
            " JOIN segments g ON g.key = s.key JOIN revisions r ON r.id = g.revision_id"
            " WHERE r.novel_id = novels.id ORDER BY g.id DESC LIMIT 1), '')"
        )


def _fill_open_words() -> None:
    """Open chapters count the words of their last carry, as they now always do."""
    connection = op.get_bind()
    carries = connection.execute(
        sa.text(
            "SELECT r.id, g.carry FROM revisions r JOIN segments g ON g.revision_id = r.id"
            " AND g.position = r.num_segments - 1 WHERE r.state = 'open'"
        )
    ).all()
    for revision_id, carry in carries:
        # The one definition of a word as it stood when this was written.
        words = sum(any(map(str.isalnum, item)) for item in carry.split())
        connection.execute(
            sa.text("UPDATE revisions SET open_words = :w, words = words + :w WHERE id = :id"),
            {"w": words, "id": revision_id},
        )


def _fill_genesis_keys() -> None:
    """The first key of the chain, which the first segment of every novel names as its parent."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "CREATE TEMPORARY TABLE first_keys AS SELECT r.novel_id AS novel_id,"
            " min(g.parent_key) AS parent_key FROM segments g JOIN revisions r"
            " ON r.id = g.revision_id WHERE r.chapter_number = 1 AND g.position = 0"
            " GROUP BY r.novel_id"
        )
    )
    # A trigger guards complete revisions, and what is filled in here is none of their text.
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        guard = connection.scalar(
            sa.text("SELECT sql FROM sqlite_master WHERE name = 'complete_revisions_never_change'")
        )
        op.execute("DROP TRIGGER complete_revisions_never_change")
    else:
        op.execute("ALTER TABLE revisions DISABLE TRIGGER complete_revisions_never_change")
    connection.execute(
        sa.text(
            "UPDATE revisions SET genesis_key = (SELECT parent_key FROM first_keys"
            " WHERE first_keys.novel_id = revisions.novel_id)"
        )
    )
    if sqlite:
        op.execute(guard)
    else:
        op.execute("ALTER TABLE revisions ENABLE TRIGGER complete_revisions_never_change")
    op.execute("DROP TABLE first_keys")


def _references(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
