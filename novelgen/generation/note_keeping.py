"""An author's notes of a chapter, kept beside its text: never in a revision, never in a prompt."""

from collections.abc import Sequence

from novelgen.generation.anchors import anchor_of, note_of
from novelgen.text.author_notes import AnchoredNote
from storage.mark_records import MarkKind, NoteContent
from storage.unit_of_work import UnitOfWork


def notes_of_chapter(work: UnitOfWork, branch_id: str, chapter: int) -> list[AnchoredNote]:
    """The notes that stand in a chapter, in the order in which they were typed."""
    records = work.author_marks.of_chapter(branch_id, chapter, MarkKind.NOTE)
    ordered = sorted(records, key=lambda record: int(record.anchor.get("order", 0)))
    return [note_of(record) for record in ordered]


def keep_notes(
    work: UnitOfWork,
    novel_id: str,
    branch_id: str,
    chapter: int,
    notes: Sequence[AnchoredNote],
    *,
    replaces: bool,
) -> bool:
    """Keep what was typed; whether a note came, went or changed its words.

    With `replaces` notes that are not among these are done with; otherwise they stay.
    """
    content = [
        NoteContent(note.body, {**anchor_of(note), "order": order})
        for order, note in enumerate(notes)
    ]
    marks = work.author_marks
    keep = marks.replace_notes if replaces else marks.add_notes
    return keep(novel_id, branch_id, chapter, content)
