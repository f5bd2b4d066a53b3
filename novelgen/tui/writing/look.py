"""How the writing desk looks and behaves, as the person likes it; kept between starts."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError


class Focus(StrEnum):
    """What stays bright while the rest of the text steps back."""

    NONE = "none"
    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Look:
    """How a chapter is shown while it is written."""

    typewriter: bool = False
    """The line that is written stays in the middle."""
    focus: Focus = Focus.NONE
    line_spacing: int = 1
    """1 or 2 rows a line."""
    shows_machine: bool = True
    """Words that a model wrote, and nobody has edited, are marked."""
    checks_spelling: bool = True

    def next_focus(self) -> "Look":
        kinds = list(Focus)
        return replace(self, focus=kinds[(kinds.index(self.focus) + 1) % len(kinds)])

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


_READER = TypeAdapter(Look)
KEPT_AS = "look"
"""The name it is kept under."""


def look_from(kept: object) -> Look:
    """The look that was kept; the usual one where that cannot be read."""
    try:
        look = _READER.validate_python(kept)
    except ValidationError:
        return Look()
    return replace(look, line_spacing=2 if look.line_spacing == 2 else 1)
