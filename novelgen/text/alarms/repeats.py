"""Finds words that stand in the book already, to the letter.

An index of the prose so far holds every stretch of a few words; a new text is looked up in it word
by word, so that a passage costs its own length and not the book's. What the index is asked depends
on the words read since its horizon, however it came to hold them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.alarms.prose_words import PlacedWords, placed_words
from novelgen.text.sentences import split_sentences

WINDOW_WORDS = 60_000
"""How far back words are looked for: a tenth of a long novel."""
FAR_WORDS = 13
"""Words that nobody writes twice by chance, however far apart."""
NEAR_WORDS = 9
NEAR_DISTANCE = 5_000
"""Within this many words fewer are enough. Of 5,000 human words one in 20 repeats 11 or more."""
_SENTENCE_WORDS = 5
_PURGED_AT_ONCE = 20_000
_SEED = 6
"""Words of a stretch that is looked up; a repeat shorter than that is not seen."""


_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Words `[start, start + length)` of a text that stood `distance` words before."""

    start: int
    length: int
    distance: int


class RepeatIndex:
    """The words of a book, by the stretches in them, from some word on."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._first = 0
        """The number of the word `_words[0]` in the book."""
        self._horizon = 0
        """The number of the first word that counts."""
        self._places: dict[_Words, list[int]] = defaultdict(list)
        self._sentences: dict[_Words, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        """Words read so far, forgotten ones included."""
        return self._first + len(self._words)

    def recent(self, num_words: int) -> list[str]:
        """The last words, as many as there are."""
        return self._words[max(len(self._words) - num_words, self._horizon - self._first) :]

    def add(self, text: str) -> None:
        """Read on."""
        placed = placed_words(text)
        begin = len(self)
        for start, end in _sentence_words(text, placed):
            self._sentences[tuple(placed.words[start:end])].append(begin + start)
        self._words += placed.words
        for number in range(max(self._first, begin - _SEED + 1), len(self) - _SEED + 1):
            self._places[self._stretch(number)].append(number)

    def rewind(self, length: int) -> None:
        """Take back what was read last, down to so many words."""
        for number in range(max(self._first, length - _SEED + 1), len(self) - _SEED + 1):
            _take_from(self._places, self._stretch(number), length - _SEED)
        for sentence in [each for each, places in self._sentences.items() if places[-1] >= length]:
            _take_from(self._sentences, sentence, length - 1)
        del self._words[max(0, length - self._first) :]

    def forget_before(self, number: int) -> None:
        """Words before that number count no more."""
        self._horizon = max(self._horizon, number)
        if self._horizon - self._first < _PURGED_AT_ONCE:
            return
        del self._words[: self._horizon - self._first]
        self._first = self._horizon
        for places in (self._places, self._sentences):
            for key in [key for key, numbers in places.items() if numbers[0] < self._first]:
                places[key] = [number for number in places[key] if number >= self._first]
                if not places[key]:
                    del places[key]

    def repeats(self, placed: PlacedWords) -> Iterator[Repeat]:
        """The longest repeats in a text that follows the book, in order and apart from each other.

        What the text says twice itself counts too.
        """
        words = placed.words
        own: dict[_Words, int] = {}
        place = 0
        while place <= len(words) - _SEED:
            seed = tuple(words[place : place + _SEED])
            best = self._longest(words, place, seed, own)
            step = best.length if best else 1
            for at in range(place, min(place + step, len(words) - _SEED + 1)):
                own.setdefault(tuple(words[at : at + _SEED]), at)
            if best:
                yield best
            place += step

    def said_again(self, text: str, placed: PlacedWords) -> Iterator[tuple[int, int]]:
        """Sentences of a text that stand in the near past or earlier in itself, as word ranges."""
        own: set[_Words] = set()
        for start, end in _sentence_words(text, placed):
            sentence = tuple(placed.words[start:end])
            places = self._sentences.get(sentence, [-1])
            nearest = max(self._horizon, len(self) + start - NEAR_DISTANCE)
            if places[-1] >= nearest or sentence in own:
                yield start, end
            own.add(sentence)

    def _longest(
        self,
        words: Sequence[str],
        place: int,
        seed: _Words,
        own: dict[_Words, int],
    ) -> Repeat | None:
        found: Repeat | None = None
        for number in reversed(self._places.get(seed, ())):
            if number < self._horizon:
                break
            at = number - self._first
            length = _common_length(self._words, at, words, place)
            if found is None or length > found.length:
                found = Repeat(place, length, len(self) + place - number)
        earlier = own.get(seed)
        if earlier is not None:
            length = _common_length(words, earlier, words, place)
            if found is None or length >= found.length:
                found = Repeat(place, length, place - earlier)
        return found

    def _stretch(self, number: int) -> _Words:
        at = number - self._first
        return tuple(self._words[at : at + _SEED])


def repeat_alarms(text: str, index: RepeatIndex) -> Iterator[Alarm]:
    """Stretches of a text that the book before it, or itself, already holds."""
    placed = placed_words(text)
    for repeat in index.repeats(placed):
        is_far = repeat.length >= FAR_WORDS
        if is_far or (repeat.length >= NEAR_WORDS and repeat.distance <= NEAR_DISTANCE):
            yield _alarm(AlarmKind.REPEAT, text, placed, repeat.start, repeat.start + repeat.length)
    for start, end in index.said_again(text, placed):
        yield _alarm(AlarmKind.SENTENCE, text, placed, start, end)


def _alarm(kind: AlarmKind, text: str, placed: PlacedWords, first: int, upto: int) -> Alarm:
    start, end = placed.starts[first], placed.ends[upto - 1]
    return Alarm(kind, start, end, " ".join(text[start:end].split()))


def _sentence_words(text: str, placed: PlacedWords) -> Iterator[tuple[int, int]]:
    """The sentences long enough to count, as ranges of words."""
    first = 0
    for sentence in split_sentences(text):
        start = first
        while first < len(placed) and placed.starts[first] < sentence.end:
            first += 1
        if first - start >= _SENTENCE_WORDS:
            yield start, first


def _common_length(left: Sequence[str], at: int, right: Sequence[str], place: int) -> int:
    length = 0
    limit = min(len(left) - at, len(right) - place)
    if left is right:  # what a text says twice in a row must not run into itself
        limit = min(limit, place - at)
    while length < limit and left[at + length] == right[place + length]:
        length += 1
    return length


def _take_from(places: dict[_Words, list[int]], key: _Words, last: int) -> None:
    """Drop the places after `last` of a stretch or sentence, which come in order."""
    numbers = places[key]
    while numbers and numbers[-1] > last:
        numbers.pop()
    if not numbers:
        del places[key]
