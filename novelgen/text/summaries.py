"""Extracts: the few sentences of a text that carry it, in their order, to a budget of words.

A sentence carries a text when its words and names come up all over it. Narration is preferred;
what begins with "he" or "but" is preferred less, for it hangs on the sentence before. The same
text and budget give the same extract. After the centroid method of Radev et al. (2000) with the
maximal marginal relevance of Carbonell and Goldstein (1998). No new word is written, so that an
extract tells less than a summary by a reader would.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from novelgen.text.content_words import common_stems, content_stems
from novelgen.text.sentences import has_balanced_quotes
from novelgen.text.told_sentences import ToldSentence, told_sentences
from novelgen.text.words import count_words

_HANGS_ON = re.compile(
    r"\A\W*(?:he|she|it|they|this|that|these|those|his|her|their|him|them|but|and|so|then|or|"
    r"because|still|yet|there|here|such)\b",
    re.IGNORECASE,
)
_BEST_WORDS = 22
_LEAST_WORDS, _MOST_WORDS = 5, 60
_COMMON_WEIGHT = 0.3
_NAME_BONUS = 0.25
_FIRST_BONUS = 0.3
_LAST_BONUS = 0.15
_SPEECH_WEIGHT = 0.35
_HANGING_WEIGHT = 0.6
_TOLD_BONUS = 0.5
_FRAGMENT_WEIGHT = 0.1
# A sentence that says so much less than the best one only fills room.
_LEAST_SHARE_OF_BEST = 0.3
_REDUNDANCY = 0.5
# Sentences that are looked at closely; the extract of a long text is made of its best ones.
_MOST_CANDIDATES = 160


@dataclass(slots=True)
class _Candidate:
    at: int
    text: str
    words: int
    stems: frozenset[str]
    score: float
    redundancy: float = 0.0


@dataclass(frozen=True, slots=True)
class _Weights:
    """How much each stem of the text says about it."""

    of_stem: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, stems: Sequence[Sequence[str]]) -> "_Weights":
        counts = Counter(stem for sentence in stems for stem in set(sentence))
        common = common_stems()
        return cls(
            {
                stem: math.log1p(count) * (_COMMON_WEIGHT if stem in common else 1.0)
                for stem, count in counts.items()
            }
        )

    def centrality(self, stems: frozenset[str]) -> float:
        if not stems:
            return 0.0
        return math.fsum(self.of_stem[stem] for stem in sorted(stems)) / math.sqrt(len(stems) + 3)


def extract(
    sentences: Sequence[ToldSentence],
    max_words: int,
    *,
    names: frozenset[str] = frozenset(),
    telling: frozenset[int] = frozenset(),
) -> str:
    """The sentences that carry a text, of `max_words` words at most; at least one if there is any.

    `names` are the stems of the names in it; `telling` the numbers of sentences that are known to
    state a fact.
    """
    return _joined(_choose(_candidates(sentences, names, telling), max_words))


def condense(texts: Sequence[str], max_words: int) -> str:
    """The extract of summaries that follow one another, of at most `max_words` words."""
    return Condenser(texts).to(max_words)


class Condenser:
    """Summaries that follow one another, weighed once, for extracts of several lengths."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._joined = "\n\n".join(text for text in texts if text.strip())
        self._words = count_words(self._joined)
        self._candidates: list[_Candidate] | None = None

    def to(self, max_words: int) -> str:
        """The extract of at most `max_words` words."""
        if self._words <= max_words:
            return " ".join(self._joined.split())
        if self._candidates is None:
            self._candidates = _candidates(told_sentences(self._joined), frozenset(), frozenset())
        return _joined(_choose([replace(one) for one in self._candidates], max_words))


def shorten(text: str, max_words: int) -> str:
    """As many of the sentences of a summary as fit, those that carry it; empty when none does."""
    if count_words(text) <= max_words:
        return text
    sentences = [one for one in told_sentences(text) if count_words(one.text) <= max_words]
    return extract(sentences, max_words) if sentences else ""


def _candidates(
    sentences: Sequence[ToldSentence], names: frozenset[str], telling: frozenset[int]
) -> list[_Candidate]:
    stems = [content_stems(sentence.text) for sentence in sentences]
    weights = _Weights.of(stems)
    last = sentences[-1].number if sentences else 0
    found = [
        _candidate(sentence, frozenset(stems[at]), weights, names, telling, last)
        for at, sentence in enumerate(sentences)
    ]
    return sorted(found, key=lambda one: (-one.score, one.at))[:_MOST_CANDIDATES]


def _candidate(
    sentence: ToldSentence,
    stems: frozenset[str],
    weights: _Weights,
    names: frozenset[str],
    telling: frozenset[int],
    last: int,
) -> _Candidate:
    words = count_words(sentence.text)
    score = weights.centrality(stems)
    score *= 1 + _NAME_BONUS * min(2, len(names & stems))
    if sentence.number < 2:
        score *= 1 + _FIRST_BONUS
    elif sentence.number >= last - 1:
        score *= 1 + _LAST_BONUS
    if sentence.number in telling:
        score *= 1 + _TOLD_BONUS
    if sentence.has_speech:
        score *= _SPEECH_WEIGHT
    if _HANGS_ON.match(sentence.text):
        score *= _HANGING_WEIGHT
    has_ended = sentence.text.rstrip("\"”’'»)]*_")[-1:] in ".!?…"
    if not has_ended or not has_balanced_quotes(sentence.text, len(sentence.text)):
        score *= _FRAGMENT_WEIGHT
    if not _LEAST_WORDS <= words <= _MOST_WORDS:
        score *= _FRAGMENT_WEIGHT
    elif words > _BEST_WORDS:
        score *= math.sqrt(_BEST_WORDS / words)
    return _Candidate(sentence.number, " ".join(sentence.text.split()), words, stems, score)


def _choose(candidates: list[_Candidate], max_words: int) -> list[_Candidate]:
    """The best ones that say different things; the shortest where none fits."""
    least = _LEAST_SHARE_OF_BEST * max((one.score for one in candidates), default=0.0)
    left = [one for one in candidates if one.score >= least]
    chosen: list[_Candidate] = []
    room = max_words
    while left:
        left = [one for one in left if one.words <= room]
        if not left:
            break
        best = max(left, key=lambda one: (one.score * (1 - one.redundancy), -one.at))
        left.remove(best)
        chosen.append(best)
        room -= best.words
        for one in left:
            shared = len(one.stems & best.stems) / (1 + min(len(one.stems), len(best.stems)))
            one.redundancy = min(0.9, max(one.redundancy, _REDUNDANCY * shared))
    if not chosen and candidates:
        return [min(candidates, key=lambda one: (one.score < least, one.words, one.at))]
    return chosen


def _joined(chosen: Sequence[_Candidate]) -> str:
    return " ".join(one.text for one in sorted(chosen, key=lambda one: one.at))
