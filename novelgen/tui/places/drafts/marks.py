"""Makes the paragraphs of a draft, with what another does not have underlined, what was cut struck.

Two drafts that hardly share a sentence are not marked at all: every word would be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelgen.text.word_diff import DiffKind, DiffSpan, diff_words, share_changed
from novelgen.tui.places.drafts.reading import ShownDraft
from novelgen.tui.widgets.prose_page import Paragraph
from novelgen.tui.widgets.styled_prose import StyledPiece, paragraphs_of

_MOST_CHANGED = 0.6


@dataclass(frozen=True, slots=True)
class MarkedDrafts:
    """Two drafts as they are shown beside one another."""

    held: list[Paragraph]
    beside: list[Paragraph]
    share_changed: float
    is_marked: bool


def marked(held: ShownDraft, beside: ShownDraft) -> MarkedDrafts:
    """Both with their differences."""
    spans = diff_words(held.text, beside.text)
    share = share_changed(spans)
    is_marked = 0 < share <= _MOST_CHANGED
    one = _pieces(spans, DiffKind.DELETED) if is_marked else [StyledPiece(held.text)]
    other = _pieces(spans, DiffKind.INSERTED) if is_marked else [StyledPiece(beside.text)]
    return MarkedDrafts(_page(held, one), _page(beside, other), share, is_marked)


def plain(draft: ShownDraft) -> list[Paragraph]:
    """One draft alone."""
    return _page(draft, [StyledPiece(draft.text)])


def _pieces(spans: Sequence[DiffSpan], own: DiffKind) -> list[StyledPiece]:
    return [
        StyledPiece(span.text, "added" if span.kind is own else "")
        for span in spans
        if span.kind in (own, DiffKind.EQUAL)
    ]


def _page(draft: ShownDraft, pieces: Iterable[StyledPiece]) -> list[Paragraph]:
    told = list(pieces)
    if not draft.is_usable:
        told = [StyledPiece(piece.text, "open") for piece in told]
    if draft.strike is not None and draft.strike.words:
        told += [StyledPiece(" " if draft.text else ""), StyledPiece(draft.strike.words, "struck")]
    return paragraphs_of(told)
