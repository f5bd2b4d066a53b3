"""Tells a later mention of the same matter from a chance use of a word, by its company.

The words that stood with it come up again beside it: how often would they in this book if words
fell as they may? What that says is expected less often than once in a while is no chance. Knows
rates of words, not meanings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from novelgen.text.content_words import WORD, stem, words_of
from novelgen.text.names import uses_name
from novelgen.text.passages import excerpt, sentences_of
from novelgen.text.quantities import quantities_in
from novelgen.text.suspects import ConsequenceKind, Evidence, Suspect
from novelgen.text.word_rates import WordRates

# Meetings expected by chance in the whole book. Chosen by trial on human novels, with edits that
# change nothing and with planted contradictions.
_MOST_BY_CHANCE = {
    Evidence.CONTRAST: 5.0,
    Evidence.NUMBER: 1.0,
    Evidence.COMPANY: 0.1,
}
# Words on both sides of a use that company in its sentence is looked for in.
_LEAST_WINDOW = 4
_MOST_WINDOW = 40
_NEXT_SENTENCE = 80


@dataclass(frozen=True, slots=True)
class Use:
    """A passage about what a suspect was."""

    passage: str
    by_chance: float
    """How often its words were expected to meet; 0 for a use that needs no company."""


class ReadParagraph:
    """The sentences of a later paragraph, and where in them which stems stand."""

    def __init__(self, text: str) -> None:
        self.sentences = sentences_of(text)
        self.stems = [tuple(map(stem, words_of(sentence))) for sentence in self.sentences]


def find_uses(suspect: Suspect, paragraph: ReadParagraph, rates: WordRates) -> Iterator[Use]:
    """The uses of a suspect in a paragraph that are hardly chance, in order."""
    for number, sentence in enumerate(paragraph.sentences):
        place = _place(suspect, sentence, paragraph.stems[number], rates)
        if place is None:
            continue
        chance = 0.0
        if suspect.evidence is not Evidence.USE:
            at = len(words_of(sentence[: place[0]]))
            chance = _chance(suspect, at, paragraph.stems, number, rates)
            if chance > _MOST_BY_CHANCE[suspect.evidence]:
                continue
        yield Use(excerpt(sentence, *place), chance)


def _place(
    suspect: Suspect, sentence: str, stems: Sequence[str], rates: WordRates
) -> tuple[int, int] | None:
    """Where the suspect is used first in the sentence."""
    if suspect.kind is ConsequenceKind.NAME:
        is_common = rates.count(suspect.key.lower()) > 0
        match = uses_name(sentence, suspect.key, is_common)
        return match.span() if match else None
    if suspect.is_quantity:
        spans = (one for one in quantities_in(sentence) if one.key == suspect.key)
        return next(((one.start, one.end) for one in spans), None)
    if suspect.key not in stems:
        return None
    place = stems.index(suspect.key)
    words = islice(WORD.finditer(sentence), place, None)
    return next((word.span() for word in words), None)


def _chance(
    suspect: Suspect,
    place: int,
    stems: Sequence[Sequence[str]],
    number: int,
    rates: WordRates,
) -> float:
    """How often so many of the company are expected so near to the suspect, in the whole book."""
    windows: dict[str, int] = {}
    for sentence in [*stems[max(0, number - 1) : number], *stems[number + 1 : number + 2]]:
        windows.update(dict.fromkeys(suspect.companions.intersection(sentence), _NEXT_SENTENCE))
    for at, one in enumerate(stems[number]):
        if one in suspect.companions:
            window = min(_MOST_WINDOW, max(_LEAST_WINDOW, 2 * abs(at - place)))
            windows[one] = min(window, windows.get(one, window))
    expected = rates.num_words * rates.rate(suspect.stem)
    for one, window in windows.items():
        expected *= min(1.0, rates.rate(one) * window)
    # Each of the company might have been the one that is met.
    return expected * len(suspect.companions) if windows else rates.num_words
