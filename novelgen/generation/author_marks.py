"""An author's marks in a novel: left at a place, found there again, settled when done with.

A mark remembers the words around its place, and of a comment the passage that it is about; so it
is found again after edits, redrafts and undo. One whose passage has gone keeps its chapter, and
stands where its paragraph was.
"""

from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.anchors import StoredAnchor, anchor_at, note_of
from novelgen.text.note_places import found_nearest, place_of
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.sanitize import clean_text
from storage.mark_records import MarkKind, MarkRecord, NewMark
from storage.records import NovelRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_LONGEST_BODY = 20_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class StandingMark:
    """A mark that is not settled, and where it stands now."""

    record: MarkRecord
    paragraph: int
    """From 1."""
    offset: int
    """In the chapter's prose."""
    quote: str
    """The passage that a comment is about, as it was; empty where a place is meant."""
    is_found: bool
    """Whether its place, or its passage, still stands in the chapter."""

    @property
    def end(self) -> int:
        """Where the passage ends; the place itself where it has none, or it has gone."""
        return self.offset + (len(self.quote) if self.is_found else 0)


def add_mark(
    store: Store,
    novel: NovelRecord,
    chapter: int,
    start: int,
    end: int | None = None,
    *,
    kind: MarkKind = MarkKind.MARK,
    body: str = "",
) -> MarkRecord:
    """Leave a mark at the characters `[start, end)` of a chapter's prose of the active branch.

    Raises `NotFoundError` where the chapter has no text, `UsageError` for a place beyond it, and
    for a comment without words. Notes are typed into the text, never left here.
    """
    if kind is MarkKind.NOTE:
        raise UsageError("A note is typed into the text.", "Write it as [[...]] in the editor.")
    body = clean_text(body).strip()[:_LONGEST_BODY]
    if kind is MarkKind.COMMENT and not body:
        raise UsageError("The comment is empty.", "Say something of the passage.")
    branch_id = novel.active_branch_id
    with store.writing() as work:
        text = _text(work, branch_id, chapter)
        if not text:
            raise NotFoundError(f"Chapter {chapter} has no text yet.", "Mark another one.")
        end = start if end is None else end
        if not 0 <= start <= end <= len(text):
            raise UsageError(
                f"Chapter {chapter} has {len(text):,} characters; {start:,} to {end:,} is no "
                "passage of it.",
                "Mark a passage that is there.",
            )
        anchor = anchor_at(text, start, end)
        return work.author_marks.add(
            NewMark(novel.id, branch_id, chapter, kind, body, anchor.as_json())
        )


def add_mark_at_paragraph(
    store: Store,
    novel: NovelRecord,
    chapter: int,
    paragraph: int,
    *,
    kind: MarkKind = MarkKind.MARK,
    body: str = "",
) -> MarkRecord:
    """Leave a mark on a whole paragraph, counted from 1. Raises as `add_mark` does."""
    with store.reading() as work:
        spans = paragraph_spans(_text(work, novel.active_branch_id, chapter))
    if not 1 <= paragraph <= len(spans):
        raise NotFoundError(
            f"Chapter {chapter} has {len(spans)} paragraphs, no {paragraph}.", "Mark another one."
        )
    start, end = spans[paragraph - 1]
    return add_mark(store, novel, chapter, start, end, kind=kind, body=body)


def marks_of(work: UnitOfWork, branch_id: str) -> list[StandingMark]:
    """The notes, marks and comments of a branch that are not settled, in book order."""
    records = work.author_marks.of_branch(branch_id)
    texts = {
        number: _text(work, branch_id, number)
        for number in sorted({record.chapter for record in records})
    }
    found = [_standing(texts[record.chapter], record) for record in records]
    return sorted(found, key=lambda mark: (mark.record.chapter, mark.offset, mark.record.id))


def settle_mark(store: Store, novel: NovelRecord, mark_id: int) -> MarkRecord:
    """Be done with a mark; a note goes from the editor's text too. Raises `RecordNotFound`."""
    with store.writing() as work:
        return work.author_marks.settle(novel.active_branch_id, mark_id)


def unsettle_mark(store: Store, novel: NovelRecord, mark_id: int) -> MarkRecord:
    """Let a settled mark stand again. Raises `RecordNotFound`."""
    with store.writing() as work:
        return work.author_marks.unsettle(novel.active_branch_id, mark_id)


def reword_mark(store: Store, novel: NovelRecord, mark_id: int, body: str) -> MarkRecord:
    """Give a mark or comment other words. Raises `RecordNotFound`."""
    with store.writing() as work:
        return work.author_marks.reword(
            novel.active_branch_id, mark_id, clean_text(body).strip()[:_LONGEST_BODY]
        )


def _standing(text: str, record: MarkRecord) -> StandingMark:
    anchor = StoredAnchor.from_json(record.anchor)
    spans = paragraph_spans(text)
    if record.kind is MarkKind.NOTE:
        note = note_of(record)
        place = place_of(text, spans, note)
        is_found = place.is_exact or found_nearest(text, note) is not None
        return StandingMark(record, _number(spans, place.at), place.at, "", is_found)
    at = _passage_at(text, anchor) if anchor.quote else None
    if at is None:
        place = place_of(text, spans, anchor)
        is_found = not anchor.quote and (place.is_exact or found_nearest(text, anchor) is not None)
        return StandingMark(record, _number(spans, place.at), place.at, anchor.quote, is_found)
    return StandingMark(record, _number(spans, at), at, anchor.quote, is_found=True)


def _passage_at(text: str, anchor: StoredAnchor) -> int | None:
    """Where the passage stands: of several places the one that its surroundings fit best."""
    places = []
    at = text.find(anchor.quote)
    while at >= 0:
        places.append(at)
        at = text.find(anchor.quote, at + 1)

    def strangeness(at: int) -> tuple[int, int]:
        before = text[max(0, at - len(anchor.before)) : at]
        after = text[at : at + len(anchor.after)]
        return (before != anchor.before) + (after != anchor.after), abs(at - anchor.offset)

    return min(places, key=strangeness, default=None)


def _number(spans: list[tuple[int, int]], at: int) -> int:
    """The paragraph that holds a place, from 1."""
    return max(sum(start <= at for start, _ in spans), 1)


def _text(work: UnitOfWork, branch_id: str, number: int) -> str:
    chapter = work.chapters.get(branch_id, number)
    return "" if chapter is None else work.texts.of_revision(chapter.revision.id)
