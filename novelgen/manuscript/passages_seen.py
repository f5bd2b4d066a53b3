"""What the model saw for the passages of a chapter, what it drew, and why one draft was kept.

Read from what was stored with each segment; nothing is computed again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from novelgen.errors import NotFoundError
from storage.records import RevisionRecord
from storage.unit_of_work import UnitOfWork

_MOST_ANCESTORS = 100


@dataclass(frozen=True, slots=True)
class SeenPassage:
    """One passage. `number` counts from 1 through the chapter, `segment` too."""

    number: int
    segment: int
    seen: dict[str, Any]
    """As `SegmentContext.as_json` has it, with `attempts` and `candidates`, the kept one first."""
    provenance: dict[str, Any]
    standing: int | None
    """Which of the candidates stands in the chapter, from 0; None when none does any more."""
    memory_key: str = ""
    """Of the snapshot that it was drawn with."""


def passages_seen(work: UnitOfWork, branch_id: str, chapter: int) -> list[SeenPassage]:
    """The passages that the text of a chapter was drawn in, in order.

    Of a text that a person changed, those of the text that it was made from. Raises `NotFoundError`
    for a chapter without text, or whose text no run of this version drew.
    """
    stored = work.chapters.get(branch_id, chapter)
    if stored is None or not stored.revision.words:
        raise NotFoundError(
            f"Chapter {chapter} has no text yet.", "`novelgen show NOVEL` lists the chapters."
        )
    text = work.texts.of_revision(stored.revision.id)
    revision: RevisionRecord | None = stored.revision
    found: list[SeenPassage] = []
    for _ in range(_MOST_ANCESTORS):
        if revision is None or found:
            break
        found = list(_passages(work, revision, text))
        parent = revision.parent_id
        revision = None if parent is None else work.chapters.revision(parent)
    if not found:
        raise NotFoundError(
            f"What the model saw for chapter {chapter} is not known: a person wrote this text, or "
            "an older version of novelgen.",
            "`novelgen revisions` shows how its revisions came about.",
        )
    return found


def _passages(work: UnitOfWork, revision: RevisionRecord, text: str) -> Iterator[SeenPassage]:
    number = 0
    for segment in work.segments.of_revision(revision.id):
        seen = work.segments.context(revision.id, segment.position) or []
        drawn = segment.provenance.get("passages", [])
        for each, provenance in zip(seen, drawn, strict=False):
            number += 1
            drafts = [draft["text"].strip() for draft in each["candidates"]]
            standing = next((i for i, draft in enumerate(drafts) if draft and draft in text), None)
            yield SeenPassage(
                number,
                segment.position + 1,
                dict(each),
                dict(provenance),
                standing,
                segment.parent_key,
            )
