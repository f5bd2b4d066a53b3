"""Pieces that a chapter was parted into, as one chapter again, with all that stands beside them."""

from collections.abc import Sequence
from dataclasses import replace

from novelgen.manuscript.importing.values import ImportedChapter
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.sentences import SCENE_BREAK

_BETWEEN = f"\n\n{SCENE_BREAK}\n\n"


def joined_pieces(pieces: Sequence[ImportedChapter]) -> ImportedChapter:
    """The pieces in their order with a scene break between two; called as the first one is."""
    if len(pieces) == 1:
        return pieces[0]
    text, notes, typed = pieces[0].text, list(pieces[0].notes), list(pieces[0].typed_notes)
    for piece in pieces[1:]:
        at = len(text) + len(_BETWEEN)
        paragraphs = len(paragraph_spans(text)) + 1  # the scene break is one
        notes += [replace(each, start=each.start + at, end=each.end + at) for each in piece.notes]
        typed += [
            replace(each, offset=each.offset + at, paragraph=each.paragraph + paragraphs)
            for each in piece.typed_notes
        ]
        text += _BETWEEN + piece.text
    return replace(pieces[0], text=text, notes=tuple(notes), typed_notes=tuple(typed))
