"""Names as they are written in a sentence, with the titles before them: "Miss Anna Reed".

Knows which words can be names (`novelgen.text.names`), not whose names they are.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from novelgen.text.names import NEVER_NAMES, looks_like_name
from novelgen.text.stop_words import STOP_WORDS
from novelgen.text.titles import TITLES

_WORD = re.compile(r"(?<![^\W_])(?:[^\W\d_]['’])?[^\W\d_]+(?:-[^\W\d_]+)*")
_PARTICLES_LISTED = "de du des la le van von der den di da del della bin ibn"
_PARTICLES = frozenset(_PARTICLES_LISTED.split())
_PLACE_WORDS_LISTED = """
street road avenue lane square house hall church castle hotel inn river lake mount mountain bridge
park station abbey island bay hill wood farm manor court place gate valley forest
"""
PLACE_WORDS = frozenset(_PLACE_WORDS_LISTED.split())
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class NamePhrase:
    """One use of a name: `[start, end)` of the sentence, titles included, possessive not."""

    start: int
    end: int
    titles: tuple[str, ...]
    """Without their full stops."""
    words: tuple[str, ...]
    is_possessive: bool

    @property
    def text(self) -> str:
        """The name in the form it is compared in: "Mr Reed", "Anna Reed"."""
        return " ".join([*self.titles, *self.words])


def name_phrases(sentence: str, names: Set[str]) -> list[NamePhrase]:
    """The names in a sentence. `names` are words known for names, told in mid-sentence.

    At the start of a sentence, where all words have a capital, only these count.
    """
    return list(_phrases(sentence, names))


def _phrases(sentence: str, names: Set[str]) -> Iterator[NamePhrase]:
    words = list(_WORD.finditer(sentence))
    at = 0
    while at < len(words):
        used = _phrase_at(sentence, words, at, names)
        if used:
            taken = words[at : at + used]
            texts = [word.group() for word in taken]
            first = _num_titles(texts)
            if first < used:
                end = taken[-1].end()
                yield NamePhrase(
                    taken[0].start(),
                    end,
                    tuple(texts[:first]),
                    tuple(texts[first:]),
                    sentence[end : end + 2] in ("'s", "’s")
                    or (texts[-1].endswith("s") and sentence[end : end + 2] in ("' ", "’ ")),
                )
        at += max(1, used)


def _phrase_at(sentence: str, words: list[re.Match[str]], at: int, names: Set[str]) -> int:
    """How many words from this one on are one name; 0 when it begins none."""
    count = 0
    has_name = False
    for index in range(at, min(len(words), at + _MOST_WORDS + 2)):
        word = words[index].group()
        if count and not _is_joined(sentence, words[index - 1], words[index]):
            break
        if _is_title(word) and not has_name:
            count += 1
        elif _is_name(word, names, is_first=_opens(sentence, words[index].start()), led=count > 0):
            has_name = True
            count += 1
        elif has_name and _continues(sentence, words, index, names):
            count += 1
        else:
            break
    return count if has_name else 0


def _continues(sentence: str, words: list[re.Match[str]], index: int, names: Set[str]) -> bool:
    """Whether a name goes on with "Street", or with a particle that a name follows."""
    word = words[index].group()
    if word[0].isupper():
        return word.lower() in PLACE_WORDS
    while index + 1 < len(words) and words[index].group() in _PARTICLES:
        if not _is_joined(sentence, words[index], words[index + 1]):
            return False
        index += 1
        if _is_name(words[index].group(), names, is_first=False, led=True):
            return True
    return False


def _is_name(word: str, names: Set[str], *, is_first: bool, led: bool) -> bool:
    if len(word) < 2 or not word[0].isupper() or word[1:].isupper():
        return False
    lower = word.lower()
    if lower in NEVER_NAMES or lower in STOP_WORDS or lower in TITLES:
        return False
    if is_first and not led:
        return word in names
    return word in names or looks_like_name(word) or (led and not is_first)


def _is_title(word: str) -> bool:
    return word[0].isupper() and word.lower() in TITLES


def _num_titles(texts: list[str]) -> int:
    return next((at for at, text in enumerate(texts) if not _is_title(text)), len(texts))


def _is_joined(sentence: str, one: re.Match[str], other: re.Match[str]) -> bool:
    between = sentence[one.end() : other.start()]
    return between == " " or (between == ". " and one.group().lower() in TITLES)


def _opens(sentence: str, start: int) -> bool:
    """Whether nothing but marks stands before, or the end of a sentence or a quotation does."""
    before = sentence[:start].rstrip(" \"“'‘(_*—-[")
    return not before or before[-1] in '.!?…:;”"’»'
