"""Reads plans out of what a strong instruct model answers: one JSON object, strictly validated.

Texts are cleaned by the rules for labelled answers, so what is stored is the same whichever way it
came.
"""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from novelgen.prompting.json_answers import UnreadableAnswer, read_object

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MemberAnswer(_Answer):
    """A person or a place."""

    name: Line
    description: Note = ""


class CastAnswer(_Answer):
    """Who and what is in the book."""

    characters: tuple[MemberAnswer, ...]
    places: tuple[MemberAnswer, ...]


class ChapterAnswer(_Answer):
    """A chapter, or a part."""

    title: Line
    brief: Line
    characters: tuple[Line, ...] = ()
    places: tuple[Line, ...] = ()


class BeatAnswer(_Answer):
    """One scene."""

    brief: Line
    characters: tuple[Line, ...] = ()
    place: Note = ""


class BeatsAnswer(_Answer):
    """The scenes of a chapter; the last one is where it ends."""

    beats: tuple[BeatAnswer, ...]


AnswerT = TypeVar("AnswerT", bound=_Answer)


def read_answer(kind: type[AnswerT], answer: str) -> AnswerT | None:
    """The first JSON object in the answer that is a `kind`; None when there is none."""
    try:
        return read_object(kind, answer)
    except UnreadableAnswer:
        return None
