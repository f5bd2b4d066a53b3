"""Looks for suspects in the chapters after an edit, which are read once and not kept.

Paragraphs that hold a suspect and a word of its company are kept until all chapters are read: only
then it is known which words are common in the book. Bounded in number, nearest chapters first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from novelgen.text.content_words import WORD, bare, stem
from novelgen.text.passages import paragraphs_of
from novelgen.text.suspects import ConsequenceKind, Evidence, Suspect
from novelgen.text.word_rates import WordRates, stem_filter

_MOST_OF_ONE = 400
_MOST = 8_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A later paragraph that may be about what a suspect was."""

    suspect: Suspect
    chapter: int
    paragraph: int
    text: str
    """The paragraph; of a very long one the part."""


class LaterPassages:
    """The mentions of suspects in chapters read one after another."""

    def __init__(self, suspects: Iterable[Suspect], rates: WordRates) -> None:
        self.mentions: list[Mention] = []
        self._rates = rates
        self._by_word: defaultdict[str, list[Suspect]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[Suspect]] = defaultdict(list)
        for suspect in suspects:
            is_word = suspect.is_quantity or suspect.kind is ConsequenceKind.NAME
            index = self._by_word if is_word else self._by_stem
            for word in suspect.first_words:
                index[word].append(suspect)
        self._may_have_stem = stem_filter(frozenset(self._by_stem))
        self._known: set[str] = set()
        self._telling: dict[str, list[Suspect]] = {}
        self._counts: Counter[Suspect] = Counter()

    def read(self, chapter: int, text: str) -> None:
        """Looks through a chapter, and counts its words."""
        for number, paragraph in paragraphs_of(text):
            words = WORD.findall(paragraph)
            self._rates.add(words)
            distinct = set(words)
            new = distinct - self._known
            if new:
                self._learn(new)
            if len(self.mentions) < _MOST and not self._telling.keys().isdisjoint(distinct):
                self._note(chapter, number, paragraph, distinct)

    def _learn(self, words: set[str]) -> None:
        if len(self.mentions) >= _MOST:
            return
        self._known |= words
        for word in words:
            suspects = self._by_word.get(bare(word.lower()), [])
            if self._may_have_stem(word):
                suspects = suspects + self._by_stem.get(stem(word), [])
            if suspects:
                self._telling[word] = suspects

    def _note(self, chapter: int, number: int, paragraph: str, words: set[str]) -> None:
        stems = frozenset(map(stem, words))
        telling = (suspect for word in words for suspect in self._telling.get(word, ()))
        for suspect in dict.fromkeys(telling):
            if suspect.evidence is not Evidence.USE and stems.isdisjoint(suspect.companions):
                continue
            if self._counts[suspect] < _MOST_OF_ONE:
                self._counts[suspect] += 1
                self.mentions.append(Mention(suspect, chapter, number, paragraph))
