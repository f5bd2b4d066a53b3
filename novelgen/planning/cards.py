"""The values of a plan above its beats: who and what is in the book, its parts, its chapters.

Everything here is plain data that JSON can hold. Beats are storage's own, as they are stored.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CastMember:
    """A person or a place. `origin` is that of a `PlanOrigin`."""

    name: str
    description: str = ""
    origin: str = "author"


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and places of a novel; the first person is the one it is mostly about."""

    characters: tuple[CastMember, ...] = ()
    places: tuple[CastMember, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Cast":
        return cls(
            tuple(CastMember(**member) for member in document["characters"]),
            tuple(CastMember(**member) for member in document["places"]),
        )


@dataclass(frozen=True, slots=True)
class PartCard:
    """A part of a novel. Without a brief it is not planned yet; its words are its chapters'."""

    number: int
    title: str = ""
    brief: str = ""
    origin: str = "author"


@dataclass(frozen=True, slots=True)
class ChapterCard:
    """A planned chapter. `origin` is `model`, `repaired`, `skeleton` or `author`."""

    number: int
    part: int
    role: str
    title: str
    brief: str
    target_words: int
    origin: str
    characters: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
