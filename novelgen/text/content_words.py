"""The words of a sentence that carry its facts, by their stems.

`running` and `ran` have one stem. Names, numbers and stop words are found too, but it is the caller
who knows which of them count. English only.
"""

import functools
import re
from collections.abc import Callable

from novelgen.text.common_words import COMMON_WORDS
from novelgen.text.contrasts import CONTRAST_GROUPS
from novelgen.text.irregular_forms import BASE_FORMS
from novelgen.text.stop_words import STOP_WORDS
from novelgen.text.synonyms import SYNONYM_GROUPS

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# A word nobody writes; stemming takes time in proportion to length.
_MAX_CHARS = 40
_VOWELS = frozenset("aeiouy")


def words_of(text: str) -> list[str]:
    """The words as they are written, without marks; of "Anna’s" the apostrophe is straight."""
    return WORD.findall(text.replace("’", "'"))


def bare(word: str) -> str:
    """A word without the ending of a possessive."""
    return word[:-2] if word.endswith(("'s", "’s")) else word


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """What the forms of a word have in common; of a word in any case, possessives included."""
    word = bare(word.lower())
    if len(word) > _MAX_CHARS:
        return word
    return str(_stemmer()(BASE_FORMS.get(word, word)))


def content_stems(text: str) -> list[str]:
    """The stems of the words that are no stop words, in order."""
    return [stem(word) for word in words_of(text) if is_content(word)]


def is_content(word: str) -> bool:
    """Whether a word is no stop word, and longer than a letter."""
    lower = word.lower().replace("’", "'")
    return len(lower) > 1 and lower not in STOP_WORDS and bare(lower) not in STOP_WORDS


@functools.cache
def common_stems() -> frozenset[str]:
    """The stems of the words that any novel is full of."""
    return frozenset(map(stem, COMMON_WORDS))


def are_synonyms(one: str, other: str) -> bool:
    """Whether two stems say nearly the same, or are two spellings of one word."""
    return _share_group(_synonym_groups(), one, other) or _are_spellings(one, other)


def has_synonyms(one: str) -> bool:
    """Whether a stem is one of an everyday word that others can stand for."""
    return one in _synonym_groups()


def are_contrasts(one: str, other: str) -> bool:
    """Whether two stems exclude one another."""
    return one != other and _share_group(_contrast_groups(), one, other)


def _share_group(groups: dict[str, frozenset[int]], one: str, other: str) -> bool:
    nothing: frozenset[int] = frozenset()
    return not groups.get(one, nothing).isdisjoint(groups.get(other, nothing))


def _are_spellings(one: str, other: str) -> bool:
    """One letter too many, or two swapped, or a vowel for another, not at the start."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) < 4 or one[0] != other[0] or len(other) - len(one) > 1:
        return False
    same = next(
        (i for i, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), len(one)
    )
    if len(one) < len(other):
        return one[same:] == other[same + 1 :]
    head, tail = (
        (one[same : same + 2], other[same : same + 2]),
        (one[same + 1 :], other[same + 1 :]),
    )
    is_swapped = head[0] == head[1][::-1] and one[same + 2 :] == other[same + 2 :]
    return is_swapped or (tail[0] == tail[1] and {one[same], other[same]} <= _VOWELS)


@functools.cache
def _synonym_groups() -> dict[str, frozenset[int]]:
    return _index(SYNONYM_GROUPS)


@functools.cache
def _contrast_groups() -> dict[str, frozenset[int]]:
    return _index(CONTRAST_GROUPS)


def _index(groups: tuple[frozenset[str], ...]) -> dict[str, frozenset[int]]:
    """The numbers of the groups that each stem stands in."""
    index: dict[str, set[int]] = {}
    for number, group in enumerate(groups):
        for word in group:
            index.setdefault(stem(word), set()).add(number)
    return {key: frozenset(numbers) for key, numbers in index.items()}


@functools.cache
def _stemmer() -> Callable[[str], str]:
    # It takes most of a second to import, which who only shows a diff need not wait for.
    from nltk.stem.snowball import SnowballStemmer

    stemmed: Callable[[str], str] = SnowballStemmer("english").stem
    return stemmed
