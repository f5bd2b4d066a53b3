"""Contexts, summaries, the bible, threads, findings, voice sheets and locked passages."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.immutability import refuse

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_KEY = sa.String(64)
_ENUM = sa.String(16)
_TIME = sa.DateTime(timezone=True)
_NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Of a version everything but whether it is current.
_ENTRY = (
    "id, key, branch_id, name, kind, aliases, description, origin, first_chapter, first_paragraph,"
    " is_hidden, created_at"
)
_FACT = (
    "id, key, branch_id, entry_key, attribute, value, text, origin, valid_from_chapter,"
    " valid_from_paragraph, valid_until_chapter, valid_until_paragraph, source_chapter,"
    " source_revision_id, source_passage, state, created_at"
)
_THREAD = (
    "id, key, branch_id, kind, text, origin, opened_chapter, opened_paragraph, opened_revision_id,"
    " opened_passage, due_chapter, closed_chapter, closed_paragraph, closed_revision_id,"
    " closed_passage, state, created_at"
)

_REFUSED = {
    "contexts_never_change": ("UPDATE ON contexts", "contexts never change"),
    "contexts_are_never_deleted": ("DELETE ON contexts", "contexts are never deleted"),
    "summaries_never_change": ("UPDATE ON summaries", "summaries never change"),
    "summaries_are_never_deleted": ("DELETE ON summaries", "summaries are never deleted"),
    "bible_entries_never_change": (
        f"UPDATE OF {_ENTRY} ON bible_entries",
        "versions of an entry never change",
    ),
    "bible_entries_are_never_deleted": (
        "DELETE ON bible_entries",
        "versions of an entry are never deleted",
    ),
    "bible_facts_never_change": (
        f"UPDATE OF {_FACT} ON bible_facts",
        "versions of a fact never change",
    ),
    "bible_facts_are_never_deleted": (
        "DELETE ON bible_facts",
        "versions of a fact are never deleted",
    ),
    "threads_never_change": (
        f"UPDATE OF {_THREAD} ON threads",
        "versions of a thread never change",
    ),
    "threads_are_never_deleted": ("DELETE ON threads", "versions of a thread are never deleted"),
    "voice_sheets_never_change": ("UPDATE ON voice_sheets", "voice sheets never change"),
    "voice_sheets_are_never_deleted": ("DELETE ON voice_sheets", "voice sheets are never deleted"),
}


def upgrade() -> None:
    _create_contexts()
    _create_summaries()
    _create_bible()
    _create_threads()
    _create_findings()
    _create_voice()
    refuse(op, _REFUSED)


def downgrade() -> None:
    raise NotImplementedError("A database is never taken back to an older schema.")


def _create_contexts() -> None:
    op.create_table(
        "contexts",
        sa.Column("revision_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        _references("contexts", "revision_id", "revisions"),
        sa.PrimaryKeyConstraint("revision_id", "position", name="pk_contexts"),
    )


def _create_summaries() -> None:
    op.create_table(
        "summaries",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("novel_id", _ID, nullable=False),
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("source_key", _KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("summaries", "novel_id", "novels"),
        sa.PrimaryKeyConstraint("id", name="pk_summaries"),
    )
    op.create_index("ix_summaries_source_key", "summaries", ["source_key", "kind", "id"])


def _create_bible() -> None:
    _create_versions(
        "bible_entries",
        "first_chapter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("first_chapter", sa.Integer(), nullable=True),
        sa.Column("first_paragraph", sa.Integer(), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
    )
    _create_versions(
        "bible_facts",
        "valid_from_chapter",
        sa.Column("entry_key", _ID, nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("valid_from_chapter", sa.Integer(), nullable=False),
        sa.Column("valid_from_paragraph", sa.Integer(), nullable=False),
        sa.Column("valid_until_chapter", sa.Integer(), nullable=True),
        sa.Column("valid_until_paragraph", sa.Integer(), nullable=True),
        sa.Column("source_chapter", sa.Integer(), nullable=True),
        sa.Column("source_revision_id", _ID, nullable=True),
        sa.Column("source_passage", sa.Text(), nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        _references("bible_facts", "source_revision_id", "revisions"),
    )
    op.create_index("ix_bible_facts_entry_key", "bible_facts", ["branch_id", "entry_key"])
    op.create_index(
        "ix_bible_facts_source_revision_id", "bible_facts", ["branch_id", "source_revision_id"]
    )


def _create_threads() -> None:
    _create_versions(
        "threads",
        "opened_chapter",
        sa.Column("kind", _ENUM, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("opened_chapter", sa.Integer(), nullable=False),
        sa.Column("opened_paragraph", sa.Integer(), nullable=False),
        sa.Column("opened_revision_id", _ID, nullable=True),
        sa.Column("opened_passage", sa.Text(), nullable=False),
        sa.Column("due_chapter", sa.Integer(), nullable=True),
        sa.Column("closed_chapter", sa.Integer(), nullable=True),
        sa.Column("closed_paragraph", sa.Integer(), nullable=True),
        sa.Column("closed_revision_id", _ID, nullable=True),
        sa.Column("closed_passage", sa.Text(), nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        _references("threads", "opened_revision_id", "revisions"),
        _references("threads", "closed_revision_id", "revisions"),
    )


def _create_versions(table: str, place: str, *content: sa.schema.SchemaItem) -> None:
    """A table of versions, found by key and by place."""
    op.create_table(
        table,
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("key", _ID, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        *content,
        _references(table, "branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_key", table, ["branch_id", "key", "id"])
    op.create_index(f"ix_{table}_{place}", table, ["branch_id", place])
    current = sa.text("is_current")
    op.create_index(
        f"uq_{table}_current",
        table,
        ["branch_id", "key"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )


def _create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("revision_id", _ID, nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("other_chapter", sa.Integer(), nullable=True),
        sa.Column("other_paragraph", sa.Integer(), nullable=True),
        sa.Column("other_revision_id", _ID, nullable=True),
        sa.Column("other_passage", sa.Text(), nullable=False),
        sa.Column("state", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("findings", "branch_id", "branches"),
        _references("findings", "revision_id", "revisions"),
        _references("findings", "other_revision_id", "revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_chapter", "findings", ["branch_id", "chapter"])


def _create_voice() -> None:
    op.create_table(
        "voice_sheets",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("origin", _ENUM, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _references("voice_sheets", "branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name="pk_voice_sheets"),
        sa.UniqueConstraint("branch_id", "version", name="uq_voice_sheets_branch_id_version"),
    )
    op.create_table(
        "passage_locks",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("released_at", _TIME, nullable=True),
        _references("passage_locks", "branch_id", "branches"),
        sa.PrimaryKeyConstraint("id", name="pk_passage_locks"),
    )
    op.create_index("ix_passage_locks_chapter", "passage_locks", ["branch_id", "chapter"])


def _references(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
