"""Finds the misspelt words of a text, quickly enough to do so while a person types.

Right are the words of the list in American and in British spelling, with their possessives and
contractions and with straight or curly apostrophes, each part of a hyphenated one, and the words
that a `Speller` is told: names of the story, the person's own words. Never marked: numbers, Roman
numerals, initials and short acronyms, drawn-out sounds ("Nooo"), stammers ("wh-what"), a word that
a dash cuts off, web addresses, and all that stands in `[[notes]]`.

A word that is spelt right but is the wrong one is not found: nothing here reads the sentence.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from novelgen.text.author_notes import note_spans
from novelgen.text.spelling_forms import american_forms, words_within
from novelgen.text.spelling_suggestions import Suggester
from novelgen.text.word_list import english_words

_LETTERS = r"[^\W\d_\u0300-\u036f][^\W\d_]*(?:[\u0300-\u036f]+[^\W\d_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_DRAWN_OUT = re.compile(r"(.)\1\1", re.IGNORECASE)
_LONGEST_ACRONYM = 5
_APOSTROPHES = "'’‘"
_CUT_OFF = ("—", "–", "--")


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A word `[start, end)` of a text that is not known."""

    start: int
    end: int
    word: str


class Speller:
    """Knows the words of English and those it is told."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """`known`: names and own words, each as it is written; of several words each counts.

        The list is loaded with the first word that is asked for.
        """
        self._told: set[str] = set()
        self._judged: dict[str, bool] = {}
        self._suggester: Suggester | None = None
        self._sorted: list[str] = []
        for text in known:
            self.learn(text)

    def learn(self, text: str) -> None:
        """Take a word, or each word of a name, for right from now on."""
        for found in _WORD.finditer(text):
            self._told.add(_plain(found.group()))
        self._judged.clear()
        self._suggester = None

    def is_known(self, word: str) -> bool:
        """Whether a single word is spelt right; each part of a hyphenated one counts."""
        return all(self._judge(found.group()) for found in _WORD.finditer(word))

    def misspelt(self, text: str) -> list[Misspelling]:
        """The words that are not known, in order."""
        found = [each for each in _WORD.finditer(text) if not self._judge(each.group())]
        if not found:
            return []
        passed_over = _passed_over(text)
        return [
            Misspelling(each.start(), each.end(), each.group())
            for each in found
            if not any(start <= each.start() < end for start, end in passed_over)
            and not self._is_explained(text, each.start(), each.end())
        ]

    def suggestions(self, word: str, limit: int = 6) -> list[str]:
        """Known words that are near, best first, with the capitals of `word`."""
        if self._suggester is None:
            self._suggester = Suggester(english_words(), self._told)
        apostrophe = "’" if "’" in word else "'"
        found = self._suggester.near(_plain(word), limit)
        return [each.replace("'", apostrophe) for each in found]

    def _judge(self, word: str) -> bool:
        known = self._judged.get(word)
        if known is None:
            known = self._judged[word] = self._is_right(_plain(word))
        return known

    def _is_right(self, word: str) -> bool:
        if len(word) == 1 or self._is_listed(word) or _DRAWN_OUT.search(word):
            return True
        if word.isupper() and (len(word) <= _LONGEST_ACRONYM or _ROMAN.fullmatch(word)):
            return True
        if any(map(self._is_listed, (*american_forms(word.lower()), _without_accents(word)))):
            return True
        return any(all(map(self._is_right, parts)) for parts in _words_within(word))

    def _is_listed(self, word: str) -> bool:
        """Whether it is in the list or was told; a name is right only with its capital."""
        lower = word.lower()
        if lower in english_words() or word in self._told or lower in self._told:
            return True
        return word.isupper() and any(form in self._told for form in (word.title(), word))

    def _is_explained(self, text: str, start: int, end: int) -> bool:
        """Whether what stands around a word tells why it is none: digits, a stammer, a dash."""
        before, after = text[max(0, start - 1) : start], text[end : end + 2]
        word = _plain(text[start:end]).lower()
        if before.isdigit() or after[:1].isdigit() or "_" in (before, after[:1]):
            return True
        if before in _APOSTROPHES and before and self._opens_shortened(word):
            return True
        if after[:1] in _APOSTROPHES and after and self._is_right(f"{word}g"):
            return True  # goin'
        if after[:1] == "-" and text[end + 1 : end + 1 + len(word)].lower().startswith(word):
            return True
        return after.startswith(_CUT_OFF) and self._begins_a_word(word)

    def _opens_shortened(self, word: str) -> bool:
        """'tis, 'em, 'ospital: what an apostrophe stands for at the beginning of a word."""
        return self._is_listed(f"'{word}") or self._is_listed(f"h{word}")

    def _begins_a_word(self, beginning: str) -> bool:
        if not self._sorted:
            self._sorted = sorted(english_words())
        at = bisect_left(self._sorted, beginning)
        return at < len(self._sorted) and self._sorted[at].startswith(beginning)


def _passed_over(text: str) -> list[tuple[int, int]]:
    addresses = [found.span() for found in _ADDRESS.finditer(text)]
    return [*note_spans(text), *addresses]


def _plain(word: str) -> str:
    """A word as lists have it: straight apostrophes, letters composed with their accents."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", word).replace("’", "'")


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(each for each in unicodedata.normalize("NFD", word) if each.isalpha())


def _words_within(word: str) -> Iterator[tuple[str, ...]]:
    """As `words_within`, in the capitals that the word has."""
    for parts in words_within(word.lower()):
        for part in parts:
            at = word.lower().find(part)
            yield (word[at : at + len(part)],)
