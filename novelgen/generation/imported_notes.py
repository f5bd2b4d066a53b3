"""What stands beside an imported text: the author's own notes, and what others have said of it."""

from collections import Counter

from novelgen.generation.anchors import anchor_at
from novelgen.generation.note_keeping import keep_notes
from novelgen.manuscript.importing.values import ImportedChapter, ImportedNote
from novelgen.text.carried_places import carried_by_items
from novelgen.text.sanitize import clean_text
from storage.mark_records import MarkKind, NewMark
from storage.records import NovelRecord
from storage.unit_of_work import UnitOfWork

_LONGEST_BODY = 20_000
"""Characters."""


def keep_imported_notes(
    work: UnitOfWork, novel: NovelRecord, number: int, chapter: ImportedChapter, text: str
) -> int:
    """Keep the notes of a chapter; returns how many comments were not there yet.

    `text` is the chapter's prose now: item for item that of the file, perhaps with other quotation
    marks. What was there before, also if it is done with by now, does not come again.
    """
    if not chapter.notes and not chapter.typed_notes:
        return 0
    branch_id = novel.active_branch_id
    there = Counter(
        (mark.kind, mark.body)
        for mark in work.author_marks.of_branch(branch_id, with_settled=True)
        if mark.chapter == number
    )
    typed = [note for note in chapter.typed_notes if not _taken(there, MarkKind.NOTE, note.body)]
    if typed:
        keep_notes(work, novel.id, branch_id, number, typed, replaces=False)
    places = [place for note in chapter.notes for place in (note.start, note.end)]
    found = carried_by_items(chapter.text, text, places)
    kept = 0
    for at, note in enumerate(chapter.notes):
        body = said_by(note)
        if _taken(there, MarkKind.COMMENT, body):
            continue
        start, end = found[2 * at], max(found[2 * at : 2 * at + 2])
        anchor = anchor_at(text, start, end).as_json()
        work.author_marks.add(NewMark(novel.id, branch_id, number, MarkKind.COMMENT, body, anchor))
        kept += 1
    return kept


def said_by(note: ImportedNote) -> str:
    """What was said, and by whom."""
    body = clean_text(note.body).strip()[:_LONGEST_BODY]
    return f"{note.author}: {body}" if note.author else body


def _taken(there: Counter[tuple[MarkKind, str]], kind: MarkKind, body: str) -> bool:
    """Whether one like it is there, which then counts for it alone."""
    if there[kind, body] <= 0:
        return False
    there[kind, body] -= 1
    return True
