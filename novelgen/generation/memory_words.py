"""Which words a memory makes likelier: a glimpse of what it holds, not all that it holds.

A word is likelier when its mean log-probability after a few neutral words is higher with the
memory than with the initial one, which has read nothing. The same for the same engine, memory and
words, in whatever order these are given.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelgen.engine.protocol import Engine
from novelgen.engine.values import MemoryState
from novelgen.errors import UsageError
from novelgen.text.content_words import bare, common_stems, is_content, stem, words_of
from novelgen.text.known_names import split_titles

MOST_CANDIDATES = 48
"""Words asked about: each is read once for every tail and memory."""
MOST_WORDS = 8
_TAILS = ("They spoke of", "There was the")
"""What stands before a word: it says nothing of any story."""
_LEAST_LETTERS = 4
"""Of a word that is no name."""
_NAMES_SHARE = 2 / 3
"""Of the candidates, at most."""


@dataclass(frozen=True, slots=True)
class MemoryWord:
    """A word that a memory makes likelier."""

    word: str
    gain: float
    """Nats a token more than with the initial memory; above 0."""


def candidate_words(
    names: Iterable[str], text: str, limit: int = MOST_CANDIDATES
) -> tuple[str, ...]:
    """Words worth asking about: those of the names, then what a text speaks of most.

    Names that stand in the text come first. Of a name titles are left out; of a text the words that
    any novel is full of.
    """
    standing = set(map(bare, words_of(text)))
    of_names = [word for name in names for word in _words_of_name(name)]
    of_names = list(dict.fromkeys(word[:1].upper() + word[1:] for word in of_names))
    found = sorted(of_names, key=lambda word: word not in standing)[: round(limit * _NAMES_SHARE)]
    known = {stem(word) for word in of_names}
    counts: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for word in map(bare, words_of(text)):
        root = stem(word)
        if len(word) < _LEAST_LETTERS or not is_content(word) or word.isdigit():
            continue
        if root in known or root in common_stems():
            continue
        counts[root] += 1
        forms.setdefault(root, Counter())[word] += 1
    frequent = sorted(counts, key=lambda root: (-counts[root], root))
    found += [min(forms[root], key=lambda word: (-forms[root][word], word)) for root in frequent]
    return tuple(dict.fromkeys(found[:limit]))


def likelier_words(
    engine: Engine, memory: MemoryState, words: Sequence[str], limit: int = MOST_WORDS
) -> tuple[MemoryWord, ...]:
    """The words that `memory` makes likelier than the initial memory does, the most first.

    Raises `UsageError` for an engine without memory, or that gives no scores.
    """
    if not engine.info.num_mem_tokens or not engine.info.can_score:
        raise UsageError(
            f"{engine.info.model} has no memory to ask.",
            "`novelgen set NOVEL --adapter` gives a novel one.",
        )
    asked = sorted(set(words))
    if not asked:
        return ()
    texts = [f" {word}" for word in asked]
    gains = [0.0] * len(texts)
    for tail in _TAILS:
        with_memory = engine.scores(memory, "", tail, texts)
        without = engine.scores(engine.initial_memory(), "", tail, texts)
        for index, (full, empty) in enumerate(zip(with_memory, without, strict=True)):
            gains[index] += (full - empty) / len(_TAILS)
    found = [MemoryWord(word, gain) for word, gain in zip(asked, gains, strict=True) if gain > 0]
    return tuple(sorted(found, key=lambda each: (-each.gain, each.word))[:limit])


def _words_of_name(name: str) -> list[str]:
    """Of "Old Harbour" the second alone; of a name of one word that word."""
    words = [word for word in split_titles(name)[1] if is_content(word)]
    telling = [word for word in words if stem(word) not in common_stems()]
    return telling or words[:1]
