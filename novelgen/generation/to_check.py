"""Everything in a novel that waits for its author's eye, passage by passage in book order.

Their own notes, marks and comments; passages that an edit elsewhere may have made wrong; passages
that contradict each other; what looks odd; promises that are overdue.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from novelgen.generation.author_marks import marks_of
from novelgen.generation.consequences import standing_checks
from novelgen.story.open_matters import OpenMatters, open_matters
from novelgen.text.paragraph_spans import paragraph_spans
from storage.mark_records import MarkKind
from storage.unit_of_work import UnitOfWork

_SHOWN = 160
"""Characters of what is told."""


class CheckKind(StrEnum):
    """Why a passage waits."""

    NOTE = "note"
    MARK = "mark"
    COMMENT = "comment"
    CHANGED = "changed"
    CONTRADICTION = "contradiction"
    ODDITY = "oddity"
    OVERDUE_PROMISE = "overdue_promise"


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A passage that waits, and why."""

    chapter: int
    """0 is before the story."""
    paragraph: int
    """From 1."""
    offset: int | None
    """In the chapter's prose; None where the passage does not stand in it any more."""
    kind: CheckKind
    told: str
    """Why, on one line."""
    source_id: int
    """The id of the mark, check, finding or thread."""


def everything_to_check(work: UnitOfWork, branch_id: str) -> list[ToCheck]:
    """All that waits in a branch, in book order."""
    texts = _Texts(work, branch_id)
    matters = open_matters(work, branch_id)
    found = [
        *_marks(work, branch_id),
        *_changed(work, branch_id, texts),
        *_findings(matters, texts),
        *_promises(matters, texts),
    ]
    kinds = list(CheckKind)
    return sorted(
        found,
        key=lambda each: (
            each.chapter,
            each.paragraph,
            each.offset or 0,
            kinds.index(each.kind),
            each.source_id,
        ),
    )


class _Texts:
    """The chapters, each read once, and where passages stand in them."""

    def __init__(self, work: UnitOfWork, branch_id: str) -> None:
        self._work, self._branch_id = work, branch_id
        self._texts: dict[int, str] = {}

    def offset(self, number: int, paragraph: int, passage: str) -> int | None:
        """Where a passage stands, looked for in its paragraph first."""
        text = self._of(number)
        spans = paragraph_spans(text)
        passage = passage.strip()
        if not passage:
            return spans[paragraph - 1][0] if 1 <= paragraph <= len(spans) else None
        start = spans[paragraph - 1][0] if 1 <= paragraph <= len(spans) else 0
        at = text.find(passage, start)
        at = at if at >= 0 else text.find(passage)
        return at if at >= 0 else None

    def _of(self, number: int) -> str:
        if number not in self._texts:
            chapter = self._work.chapters.get(self._branch_id, number)
            revision = None if chapter is None else chapter.revision
            self._texts[number] = (
                "" if revision is None else self._work.texts.of_revision(revision.id)
            )
        return self._texts[number]


def _marks(work: UnitOfWork, branch_id: str) -> Iterator[ToCheck]:
    for mark in marks_of(work, branch_id):
        kind = CheckKind(mark.record.kind.value)
        passage = f"“{_short(mark.quote)}”" if mark.quote else ""
        told = _short(mark.record.body) or passage or "a place to come back to"
        if mark.record.kind is MarkKind.COMMENT and passage:
            told = f"{told}  {passage}"
        gone = "" if mark.is_found else "  (its passage has gone)"
        yield ToCheck(
            mark.record.chapter,
            mark.paragraph,
            mark.offset if mark.is_found else None,
            kind,
            f"{told}{gone}",
            mark.record.id,
        )


def _changed(work: UnitOfWork, branch_id: str, texts: _Texts) -> Iterator[ToCheck]:
    for check in standing_checks(work, branch_id):
        yield ToCheck(
            check.chapter,
            check.paragraph,
            texts.offset(check.chapter, check.paragraph, check.passage),
            CheckKind.CHANGED,
            f"chapter {check.edited_chapter} changed “{check.term}”: “{_short(check.passage)}”",
            check.id,
        )


def _findings(matters: OpenMatters, texts: _Texts) -> Iterator[ToCheck]:
    for kind, findings in (
        (CheckKind.CONTRADICTION, matters.contradictions),
        (CheckKind.ODDITY, matters.oddities),
    ):
        for each in findings:
            yield ToCheck(
                each.chapter,
                each.paragraph,
                texts.offset(each.chapter, each.paragraph, each.passage),
                kind,
                f"{_short(each.message)}: “{_short(each.passage)}”",
                each.id,
            )


def _promises(matters: OpenMatters, texts: _Texts) -> Iterator[ToCheck]:
    for each in matters.promises:
        if matters.is_overdue(each):
            yield ToCheck(
                each.opened_chapter,
                max(each.opened_paragraph, 1),
                texts.offset(each.opened_chapter, each.opened_paragraph, each.opened_passage),
                CheckKind.OVERDUE_PROMISE,
                f"was due in chapter {each.due_chapter}: {_short(each.text)}",
                each.id,
            )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rstrip()}…"
