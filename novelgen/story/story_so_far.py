"""The story so far in as many words as there is room for, the last chapters told at most length.

How the story began is always told; then what earlier parts told, what the present part did, and
each of the last chapters. A block that has too little room is left out rather than cut in a
sentence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from novelgen.story.story_view import StoryView
from novelgen.text.summaries import Condenser, shorten
from novelgen.text.words import count_words

_LAST_CHAPTERS = 3
_WORDS_A_TOKEN = 0.75
_LEAST_WORDS = 12
_ATTEMPTS = 8
_LESS = 0.88


@dataclass(frozen=True, slots=True)
class _Block:
    """Summaries that are told together, and their share of the room."""

    texts: tuple[str, ...]
    weight: float
    joint: Condenser

    @classmethod
    def of(cls, texts: Sequence[str], weight: float) -> "_Block":
        return cls(tuple(texts), weight, Condenser(texts))


class StorySoFar:
    """What happened before a chapter; its summaries are weighed once, for rooms of any size."""

    def __init__(self, view: StoryView, count_tokens: Callable[[str], int]) -> None:
        self._blocks = _blocks(view)
        self._count = count_tokens
        self._told: dict[int, str] = {}

    def within(self, budget_tokens: int) -> str:
        """The story in `budget_tokens` tokens at most; empty before there is any."""
        if budget_tokens not in self._told:
            self._told[budget_tokens] = self._within(budget_tokens)
        return self._told[budget_tokens]

    def _within(self, budget_tokens: int) -> str:
        if not self._blocks:
            return ""
        words = budget_tokens * _WORDS_A_TOKEN
        for _ in range(_ATTEMPTS):
            if words < _LEAST_WORDS:
                break
            text = _told(self._blocks, int(words))
            if self._count(text) <= budget_tokens:
                return text
            words *= _LESS
        return ""


def _blocks(view: StoryView) -> list[_Block]:
    """In the order of the story."""
    if not view.summaries:
        return []
    numbers = sorted(view.summaries)
    last = numbers[-_LAST_CHAPTERS:]
    first = [number for number in numbers[:1] if number not in last]
    blocks = [_Block.of([view.summaries[number].text], 1.0) for number in first]
    earlier: list[str] = []
    for part in view.parts[:-1]:
        texts = [part.summary.text] if part.summary is not None else view.texts_of(part)
        earlier += texts
    if earlier:
        blocks.append(_Block.of(earlier, 2.0))
    present = [
        view.summaries[number].text
        for number in (view.parts[-1].chapters if view.parts else ())
        if number in view.summaries and number not in last and number not in first
    ]
    if present:
        blocks.append(_Block.of(present, 1.5))
    weights = (1.0, 1.5, 2.5)[-len(last) :]
    blocks += [
        _Block.of([view.summaries[number].text], weight)
        for number, weight in zip(last, weights, strict=True)
    ]
    return blocks


def _told(blocks: list[_Block], words: int) -> str:
    """The blocks, the last ones first served; what a block leaves over goes to those before it."""
    told: list[str] = []
    left, weight = words, sum(block.weight for block in blocks)
    for block in reversed(blocks):
        share = int(left * block.weight / weight)
        weight -= block.weight
        text = _fitted(block, share)
        if text:
            told.append(text)
            left -= count_words(text)
    return " ".join(reversed(told))


def _fitted(block: _Block, words: int) -> str:
    if words < _LEAST_WORDS:
        return ""
    if len(block.texts) == 1:
        return " ".join(shorten(block.texts[0], words).split())
    text = block.joint.to(words)
    return text if count_words(text) <= words else ""
