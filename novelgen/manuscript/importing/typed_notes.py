"""An author's notes in a draft, `[[such as this]]`: taken out of the prose, and kept beside it.

A note stands within one paragraph; brackets that are closed elsewhere are prose. Pure.
"""

import re
from dataclasses import replace

from novelgen.manuscript.importing.values import (
    ImportedChapter,
    ImportedManuscript,
    ImportedNote,
)
from novelgen.text.author_notes import note_spans, split_notes
from novelgen.text.carried_places import carried_by_signs

_OPEN = re.compile(r"\[\[+")
_HELD = "\uf0db"
"""In the place of a bracket that opens no note; a private character, which prose does not have."""


def with_notes_beside(manuscript: ImportedManuscript) -> ImportedManuscript:
    """The manuscript with its authors' notes as such; how many there were is a remark.

    A chapter that is nothing but notes is left out, which is told too; where no other is there, the
    brackets are prose.
    """
    chapters = [_without_notes(chapter) for chapter in manuscript.chapters]
    kept = tuple(chapter for chapter in chapters if chapter.words)
    if not kept:
        return manuscript
    remarks = list(manuscript.remarks)
    count = sum(len(chapter.typed_notes) for chapter in kept)
    if count:
        notes = "1 note" if count == 1 else f"{count} notes"
        remarks.append(f"{notes} in [[brackets]] stand beside the text, and are no part of it.")
    if len(kept) < len(chapters):
        left = len(chapters) - len(kept)
        remarks.append(
            f"Left out: {'1 chapter' if left == 1 else f'{left} chapters'} of nothing but notes."
        )
    return replace(manuscript, chapters=kept, remarks=tuple(remarks))


def _without_notes(chapter: ImportedChapter) -> ImportedChapter:
    if "[[" not in chapter.text:
        return chapter
    held = "\n\n".join(map(_held, chapter.text.split("\n\n")))
    prose, typed = split_notes(held)
    places = [place for note in chapter.notes for place in (note.start, note.end)]
    carried = carried_by_signs(held, note_spans(held), prose, places)
    notes = tuple(
        ImportedNote(carried[2 * at], max(carried[2 * at : 2 * at + 2]), note.author, note.body)
        for at, note in enumerate(chapter.notes)
    )
    text = prose.replace(_HELD, "[")
    return replace(chapter, text=text, notes=notes, typed_notes=tuple(typed))


def _held(paragraph: str) -> str:
    """The paragraph with brackets held back that no other brackets close in it."""
    spans = note_spans(paragraph)
    inside = {at for start, end in spans for at in range(start, end)}
    characters = list(paragraph)
    for match in _OPEN.finditer(paragraph):
        if match.start() not in inside:
            characters[match.start() : match.end()] = _HELD * (match.end() - match.start())
    return "".join(characters)
