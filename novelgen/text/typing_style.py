"""How a text is typed, as against what it says: quotation marks, dashes, full stops in a row.

A text that went through a word processor, or was exported with curly marks, says the same and is
typed otherwise. Here such texts are told to be the same, and one is put back into another's style.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.text.alignment import align
from novelgen.text.emphasis import marked, runs_of, without_marks
from novelgen.text.straight_marks import straightened

_DASHES = re.compile(r"[-‐‑‒–—―]+")
_STOPS = re.compile(r"…|\.\.\.+")
_SINGLE = re.compile(r"[‚‛ʼ′`´]")
_DOUBLE = re.compile(r"[„‟″]")
_WORDS_IN_A_ROW = 2


def folded(paragraph: str, *, ignores_marks: bool = False) -> str:
    """What a paragraph says: equal for paragraphs that are only typed otherwise.

    With `ignores_marks` italics and bold count for nothing.
    """
    text = without_marks(paragraph) if ignores_marks else marked(runs_of(paragraph))
    return " ".join(_plain(text).split())


@dataclass(frozen=True, slots=True)
class TypingStyle:
    """What signs a text is typed with."""

    is_straight: bool
    has_hyphens: bool
    """Two hyphens for a dash."""
    has_stops: bool
    """Three full stops for an ellipsis."""

    @classmethod
    def of(cls, text: str) -> "TypingStyle":
        """The style of a text; where it has no sign of a kind, that of a word processor."""
        return cls(
            is_straight=("'" in text or '"' in text) and straightened(text) == text,
            has_hyphens="--" in text and "—" not in text,
            has_stops="..." in text and "…" not in text,
        )

    def typed(self, text: str) -> str:
        """The text with these signs."""
        if self.is_straight:
            text = straightened(text)
        if self.has_hyphens:
            text = text.replace("—", "--")
        return text.replace("…", "...") if self.has_stops else text


def as_typed_before(
    old: Sequence[str], new: Sequence[str], *, ignores_marks: bool = False
) -> list[str]:
    """New paragraphs; what they say as the old ones did is typed as it was there, to the letter.

    Every new paragraph has as many items between white space as before.
    """
    style = TypingStyle.of("\n".join(old))
    old_keys = [folded(each, ignores_marks=ignores_marks) for each in old]
    new_keys = [folded(each, ignores_marks=ignores_marks) for each in new]
    typed = list(new)
    old_end = new_end = 0
    blocks = [(block.old, block.new, block.length) for block in align(old_keys, new_keys)]
    for old_at, new_at, length in [*blocks, (len(old), len(new), 0)]:
        typed[new_end:new_at] = _changed(
            old[old_end:old_at], new[new_end:new_at], style, ignores_marks=ignores_marks
        )
        typed[new_at : new_at + length] = old[old_at : old_at + length]
        old_end, new_end = old_at + length, new_at + length
    return typed


def _changed(
    old: Sequence[str], new: Sequence[str], style: TypingStyle, *, ignores_marks: bool
) -> list[str]:
    """Paragraphs that say something else; the words that stay are typed as they were."""
    old_items = " ".join(old).split()
    new_items = [item for paragraph in new for item in paragraph.split()]
    typed = [style.typed(item) for item in new_items]
    old_keys, new_keys = (
        [_plain(item.strip("*_") if ignores_marks else item) for item in items]
        for items in (old_items, new_items)
    )
    for block in align(old_keys, new_keys, _WORDS_IN_A_ROW):
        typed[block.new : block.new + block.length] = old_items[
            block.old : block.old + block.length
        ]
    paragraphs, at = [], 0
    for paragraph in new:
        length = len(paragraph.split())
        text = " ".join(typed[at : at + length])
        is_torn = ignores_marks and _plain(without_marks(text)) != _plain(style.typed(paragraph))
        paragraphs.append(style.typed(" ".join(paragraph.split())) if is_torn else text)
        at += length
    return paragraphs


def _plain(text: str) -> str:
    """The text with one sign for all that mean the same."""
    text = _DOUBLE.sub('"', _SINGLE.sub("'", straightened(text)))
    return _STOPS.sub("...", _DASHES.sub("-", text))
