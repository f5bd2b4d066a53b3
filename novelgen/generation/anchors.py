"""Where in a chapter a mark stands, as it is stored."""

from dataclasses import dataclass
from typing import Any

from novelgen.text.author_notes import AnchoredNote
from novelgen.text.note_places import Anchor
from novelgen.text.paragraph_spans import paragraph_spans
from storage.mark_records import MarkRecord
from storage.records import JsonObject

CONTEXT = 40
"""Characters that are remembered on either side."""


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """A place as it was when the mark was left."""

    offset: int
    before: str
    after: str
    paragraph: int
    is_own_paragraph: bool = False
    quote: str = ""
    """The passage that begins there; empty where a place alone is meant."""

    @classmethod
    def from_json(cls, anchor: JsonObject) -> "StoredAnchor":
        """An anchor as it was stored."""
        return cls(
            int(anchor.get("offset", 0)),
            str(anchor.get("before", "")),
            str(anchor.get("after", "")),
            max(int(anchor.get("paragraph", 1)), 1),
            bool(anchor.get("own_paragraph", False)),
            str(anchor.get("quote", "")),
        )

    def as_json(self) -> dict[str, Any]:
        """The anchor as it is stored."""
        return {**_place(self), "quote": self.quote}


def anchor_at(text: str, start: int, end: int) -> StoredAnchor:
    """The characters `[start, end)` of a chapter's prose, as a mark remembers them."""
    return StoredAnchor(
        start,
        text[max(0, start - CONTEXT) : start],
        text[start : start + CONTEXT],
        max(sum(first <= start for first, _ in paragraph_spans(text)), 1),
        quote=text[start:end],
    )


def anchor_of(note: AnchoredNote) -> dict[str, Any]:
    """Where a note stands, as it is stored."""
    return {
        **_place(note),
        "space_before": note.has_space_before,
        "space_after": note.has_space_after,
    }


def note_of(record: MarkRecord) -> AnchoredNote:
    """A note as it was stored."""
    anchor = StoredAnchor.from_json(record.anchor)
    return AnchoredNote(
        record.body,
        anchor.offset,
        anchor.before,
        anchor.after,
        anchor.paragraph,
        anchor.is_own_paragraph,
        bool(record.anchor.get("space_before", False)),
        bool(record.anchor.get("space_after", False)),
    )


def _place(anchor: Anchor) -> dict[str, Any]:
    return {
        "offset": anchor.offset,
        "before": anchor.before,
        "after": anchor.after,
        "paragraph": anchor.paragraph,
        "own_paragraph": anchor.is_own_paragraph,
    }
