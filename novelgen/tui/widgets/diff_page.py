"""Makes the page of a word diff: in its places with a little around them, or the whole text."""

from collections.abc import Sequence

from novelgen.text.diff_hunks import diff_hunks
from novelgen.text.word_diff import DiffKind, DiffSpan
from novelgen.tui.widgets.prose_page import Paragraph, Stretch
from novelgen.tui.widgets.styled_prose import StyledPiece, paragraphs_of

_STYLES = {DiffKind.EQUAL: "", DiffKind.DELETED: "removed", DiffKind.INSERTED: "added"}
_LEFT_OUT = "…"


def diff_page(spans: Sequence[DiffSpan], *, whole: bool) -> list[Paragraph]:
    """What went is struck through, what came is underlined."""
    if whole:
        return paragraphs_of(_pieces(spans))
    found: list[Paragraph] = []
    for hunk in diff_hunks(spans):
        found.append(_note(f"¶ {hunk.paragraph}"))
        first, last = hunk.spans[0], hunk.spans[-1]
        pieces = _pieces(hunk.spans)
        if first.kind is DiffKind.EQUAL and first is not spans[0]:
            pieces.insert(0, StyledPiece(_LEFT_OUT, "note"))
        if last.kind is DiffKind.EQUAL and last is not spans[-1]:
            pieces.append(StyledPiece(_LEFT_OUT, "note"))
        found += paragraphs_of(pieces)
    return found


def num_places(spans: Sequence[DiffSpan]) -> int:
    """In how many places the texts differ."""
    return len(diff_hunks(spans))


def _pieces(spans: Sequence[DiffSpan]) -> list[StyledPiece]:
    """Breaks that went or came are shown as one, with a sign."""
    pieces: list[StyledPiece] = []
    for span in spans:
        style = _STYLES[span.kind]
        text = span.text
        if style and "\n" in text and not text.strip():
            pieces.append(StyledPiece("¶", style))
            text = text if span.kind is DiffKind.INSERTED else " "
        pieces.append(StyledPiece(text, style))
    return pieces


def _note(text: str) -> Paragraph:
    return Paragraph(text, (Stretch(0, len(text), "note"),), is_prose=False)
