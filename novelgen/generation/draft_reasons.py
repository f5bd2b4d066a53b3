"""What speaks against a draft, in plain words, out of the figures that were stored with it.

The reasons of a draft add up to its cost, as it was ranked. Knows no engine; nothing is judged
again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from novelgen.generation.ranking import WEIGHTS
from novelgen.text.alarms.kinds import AlarmKind

_LEAST = 0.005
"""A reason that adds less to the cost is not worth a line."""
_STRUCK = {
    AlarmKind.REPEAT: "these words stand in the book already",
    AlarmKind.SENTENCE: "this was said a short while ago",
    AlarmKind.LOOP: "it went round in circles",
    AlarmKind.LEAK: "it spoke about the story instead of telling it",
    AlarmKind.ECHO: "these are words of the plan, which the reader must not see",
    AlarmKind.BORROWED_NAME: "somebody of another book came in",
    AlarmKind.LITTER: "this belongs on a web page, not in a novel",
    AlarmKind.QUOTES: "a quotation was not closed, or never opened",
    AlarmKind.PARAGRAPH: "it did not come to an end",
    AlarmKind.NOT_PROSE: "this is no prose",
    AlarmKind.BANNED: "words that you do not want",
}
_QUOTED = frozenset(
    {
        AlarmKind.REPEAT,
        AlarmKind.SENTENCE,
        AlarmKind.LEAK,
        AlarmKind.ECHO,
        AlarmKind.BORROWED_NAME,
        AlarmKind.LITTER,
        AlarmKind.BANNED,
    }
)
"""Alarms whose detail are the words that raised them."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a draft, or for it."""

    cost: float
    """What it adds to the cost of the draft; below 0 it speaks for it."""
    text: str


@dataclass(frozen=True, slots=True)
class Strike:
    """Where the guard cut a draft, and why."""

    words: str
    """That were cut; empty where they were not kept."""
    why: str


def reasons_of(
    terms: Mapping[str, float], cost: float, words: int, wanted_words: int
) -> tuple[Reason, ...]:
    """What speaks against a draft with those terms, the heaviest first; then what speaks for it."""
    weights = asdict(WEIGHTS)
    found = {
        name: weights[name] * value
        for name, value in terms.items()
        if name != "length" and name in weights
    }
    found["length"] = cost - sum(found.values())  # its weight depends on the place in the chapter
    told = [
        Reason(share, _told(name, terms.get(name, 0.0), words, wanted_words))
        for name, share in found.items()
        if abs(share) >= _LEAST
    ]
    return tuple(sorted(told, key=lambda reason: -reason.cost))


def strike_of(kind: str, detail: str) -> Strike:
    """What the guard did, from the alarm that was stored with a draft."""
    try:
        known = AlarmKind(kind)
    except ValueError:  # of a later version
        return Strike("", f"{kind}: {detail}")
    if known in _QUOTED:
        return Strike(detail, _STRUCK[known])
    return Strike("", f"{_STRUCK[known]}: {detail}" if detail else _STRUCK[known])


def _told(name: str, value: float, words: int, wanted_words: int) -> str:
    match name:
        case "length":
            return _length(words - wanted_words, wanted_words)
        case "names":
            names = "1 name" if round(value) == 1 else f"{value:.0f} names"
            return f"{names} that nobody has heard of"
        case "likelihood":
            return "the model finds it less likely than another"
        case "repeats":
            return f"{100 * value:.1f} % of its phrases were there before"
        case "bands":
            return "its sentences differ from what people write"
        case "matter":
            return "it turns around the same things, or has left them"
        case "voice":
            return "it leaves the person or tense of the book"
        case "beat":
            return "it does not lead to its beat" if value > 0 else "it tells its beat"
        case "memory":
            return "memory did not expect it" if value > 0 else "memory expects it"
    return name


def _length(over: int, wanted_words: int) -> str:
    if not wanted_words or not over:
        return "its length"
    words = "1 word" if abs(over) == 1 else f"{abs(over)} words"
    return f"{words} {'over' if over > 0 else 'short of'} the {wanted_words} wanted"
