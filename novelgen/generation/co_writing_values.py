"""What a person asks of the co-writer, and what comes back. Places are in text that is not saved.

The author's notes are taken out of these texts before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from novelgen.engine.values import EngineInfo
from novelgen.errors import UsageError

OnText = Callable[[str], None]
"""Told the whole text so far, whenever there is more of it or it is drawn anew."""
OnWait = Callable[[bool], None]
"""Told True when somebody else has the engine, and False when the turn has come."""
IsWanted = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a chapter. `before` and `after` are the whole of its text."""

    chapter: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of a chapter; it may begin and end inside paragraphs and sentences."""

    chapter: int
    before: str
    passage: str
    after: str


@dataclass(frozen=True, slots=True)
class WordRange:
    """How many words are wanted, at least and at most."""

    least: int = 40
    most: int = 60


class Ready(StrEnum):
    """Instructions that stand ready for a selection."""

    EXPAND = "expand"
    SHORTEN = "shorten"
    PAST_TENSE = "past tense"
    PRESENT_TENSE = "present tense"
    FIRST_PERSON = "first person"
    THIRD_PERSON = "third person"
    PLAINER = "plainer"
    MORE_VIVID = "more vivid"
    ANEW = "anew"

    @property
    def label(self) -> str:
        """For a menu."""
        return _LABELS[self]

    @property
    def told(self) -> str:
        """What a model is told."""
        return _TOLD[self]

    @property
    def length(self) -> float:
        """Words of the outcome for one of the passage."""
        return _LENGTHS.get(self, 1.0)


_LABELS = {
    Ready.EXPAND: "Expand",
    Ready.SHORTEN: "Shorten",
    Ready.PAST_TENSE: "Past tense",
    Ready.PRESENT_TENSE: "Present tense",
    Ready.FIRST_PERSON: "First person",
    Ready.THIRD_PERSON: "Third person",
    Ready.PLAINER: "Plainer",
    Ready.MORE_VIVID: "More vivid",
    Ready.ANEW: "Another wording",
}
_TOLD = {
    Ready.EXPAND: "Tell it at greater length, with more of what is seen, heard, done and said.",
    Ready.SHORTEN: "Tell it in fewer words. Keep what happens.",
    Ready.PAST_TENSE: "Tell it in the past tense. Change nothing else.",
    Ready.PRESENT_TENSE: "Tell it in the present tense. Change nothing else.",
    Ready.FIRST_PERSON: "Let its main character tell it, in the first person (I). Change nothing "
    "else.",
    Ready.THIRD_PERSON: "Tell it in the third person (he, she, they). Change nothing else.",
    Ready.PLAINER: "Say it more plainly: shorter sentences, common words, no ornament.",
    Ready.MORE_VIVID: "Make it more vivid: concrete things, exact verbs, what the senses notice.",
    Ready.ANEW: "Say the same in other words.",
}
_LENGTHS = {Ready.EXPAND: 1.6, Ready.SHORTEN: 0.6}
_LEAST_HIDDEN_SIZE = 1_024
"""Of a model that follows an instruction about a passage: about half a thousand million parameters.
Smaller ones with a chat template answer with something else."""
_SERVER = "server"
_LENGTHS_ALONE = frozenset([Ready.EXPAND, Ready.SHORTEN])


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is to become of a selection: one that stands ready, words of one's own, or both."""

    ready: Ready = Ready.ANEW
    text: str = ""

    @property
    def told(self) -> str:
        """What a model is told."""
        if not self.text.strip():
            return self.ready.told
        own = self.text.strip()
        return own if self.ready is Ready.ANEW else f"{self.ready.told} {own}"


@dataclass(frozen=True, slots=True)
class Continuation:
    """Ghost text: put it between `before` and `after` as it is."""

    text: str
    """With the white space that joins it on both sides."""
    words: int
    memory_upto: str
    """What the model remembered, such as "chapter 3, segment 2"; empty when it was nothing."""
    seconds_to_first_text: float | None
    """From the call on, waiting included; None when no text came."""
    seconds_waited: float
    """While somebody else had the engine."""
    seconds: float
    prompt_tokens: int
    times_drawn: int
    """1 when the first was good."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What takes the place of a selection."""

    text: str
    """With the white space that joins it on both sides."""
    words: int
    memory_upto: str
    seconds_to_first_text: float | None
    seconds_waited: float
    seconds: float
    candidates: int
    """How many were drawn and judged."""


def can_follow(info: EngineInfo) -> bool:
    """Whether a model can be told what to change. The bundled one is too small for that."""
    is_large = info.device == _SERVER or info.hidden_size >= _LEAST_HIDDEN_SIZE
    return info.has_chat_template and is_large


def why_not(info: EngineInfo, instruction: Instruction) -> str:
    """What a person is to know of an instruction before anything is drawn; empty where it is
    followed."""
    if can_follow(info):
        return ""
    if not instruction.text.strip() and instruction.ready is Ready.ANEW:
        return ""
    how = "draws the passage anew"
    if instruction.ready in _LENGTHS_ALONE:
        how += ", longer" if instruction.ready.length > 1 else ", shorter"
    return f"The model {info.model} cannot be told what to change; it {how}."


def require_words(passage: str, words: int, most: int) -> None:
    """Raises `UsageError` for a selection that is nothing or too much."""
    if not passage.strip():
        raise UsageError("Nothing is selected.", "Select the words to rewrite.")
    if words > most:
        raise UsageError(
            f"The selection would become {words:,} words; the co-writer rewrites {most:,} at most.",
            "Select less, or rewrite whole paragraphs with `novelgen infill`.",
        )
