"""What stands beside an imported text: the author's own notes, and what others have said of it."""

from novelgen.generation.anchors import anchor_at
from novelgen.generation.note_keeping import keep_notes
from novelgen.manuscript.importing.values import ImportedChapter, ImportedNote
from novelgen.text.author_notes import note_spans, split_notes
from novelgen.text.carried_places import carried_by_items, carried_by_signs
from novelgen.text.sanitize import clean_text
from storage.mark_records import MarkKind, NewMark
from storage.records import NovelRecord
from storage.unit_of_work import UnitOfWork

_LONGEST_BODY = 20_000
"""Characters."""


def keep_imported_notes(
    work: UnitOfWork, novel: NovelRecord, number: int, chapter: ImportedChapter, text: str
) -> int:
    """Keep the notes of a chapter whose prose is `text` now; returns how many were not there yet.

    `text` is that of the file without the author's notes, perhaps with other quotation marks.
    """
    branch_id = novel.active_branch_id
    typed = split_notes(chapter.text)[1]
    if typed:
        keep_notes(work, novel.id, branch_id, number, typed, replaces=False)
    return _keep_comments(work, novel, number, chapter, text)


def _keep_comments(
    work: UnitOfWork, novel: NovelRecord, number: int, chapter: ImportedChapter, text: str
) -> int:
    branch_id = novel.active_branch_id
    standing = {
        (mark.body, str(mark.anchor.get("quote", "")))
        for mark in work.author_marks.of_branch(branch_id)
        if mark.chapter == number
    }
    found = _places(chapter, text)
    kept = 0
    for at, note in enumerate(chapter.notes):
        start, end = found[2 * at], max(found[2 * at], found[2 * at + 1])
        anchor = anchor_at(text, start, end)
        body = said_by(note)
        if (body, anchor.quote) in standing:
            continue
        standing.add((body, anchor.quote))
        new = NewMark(novel.id, branch_id, number, MarkKind.COMMENT, body, anchor.as_json())
        work.author_marks.add(new)
        kept += 1
    return kept


def _places(chapter: ImportedChapter, text: str) -> list[int]:
    """Where the notes begin and end in the chapter's prose, two places a note."""
    places = [place for note in chapter.notes for place in (note.start, note.end)]
    prose = split_notes(chapter.text)[0]
    in_prose = carried_by_signs(chapter.text, note_spans(chapter.text), prose, places)
    return carried_by_items(prose, text, in_prose)


def said_by(note: ImportedNote) -> str:
    """What was said, and by whom."""
    body = clean_text(note.body).strip()[:_LONGEST_BODY]
    return f"{note.author}: {body}" if note.author else body
