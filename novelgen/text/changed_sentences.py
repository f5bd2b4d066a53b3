"""Which sentences of a chapter an edit changed, each with what stands in its place now.

A sentence that only moved, or differs in case, marks or white space alone, is not changed.
Knows words, not meanings.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.text.alignment import Block, align
from novelgen.text.content_words import content_stems, words_of
from novelgen.text.passages import common_prefix, fold, paragraphs_of, sentences_of

# Content words in common, per word of the shorter sentence, that make one the other's revision.
_SHARE_IN_COMMON = 0.34
# Characters around the first and the last change: more than a sentence.
_MARGIN = 2_000
# Beyond so many pairs of sentences a stretch was written anew.
_MOST_PAIRS = 250_000
# More sentences than a chapter has.
_MOST_REVISIONS = 5_000


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence of the old text that is no longer there."""

    before: str
    after: str
    """The sentences of the new text that say what it said; empty when they were deleted."""
    nearby: str
    """All new sentences that stand where the old one stood, or beside it."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    key: str
    """Its words in lower case: equal for sentences that say the same."""

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its content words."""
        return frozenset(content_stems(self.text))


def find_changed_sentences(old: str, new: str) -> list[ChangedSentence]:
    """The changed sentences of `old`, in order, each of them once; bounded in number."""
    folded = fold(new)
    old, new = _differing(old, new)
    old_sentences, new_sentences = _sentences(old), _sentences(new)
    old_keys = [sentence.key for sentence in old_sentences]
    new_keys = [sentence.key for sentence in new_sentences]
    in_old, in_new = set(old_keys), set(new_keys)
    revisions: dict[str, ChangedSentence] = {}
    for start, end, new_start, new_end in _gaps(align(old_keys, new_keys), old_keys, new_keys):
        changed = [one for one in old_sentences[start:end] if one.key not in in_new]
        added = [one for one in new_sentences[new_start:new_end] if one.key not in in_old]
        nearby = new_sentences[max(0, new_start - 1) : new_end + 1]
        text = " ".join(one.text for one in nearby)
        for one, after in zip(changed, _replacements(changed, added, folded), strict=True):
            if len(revisions) == _MOST_REVISIONS:
                break
            if one.text not in revisions and one.text not in folded:
                revisions[one.text] = ChangedSentence(one.text, after, text)
    return list(revisions.values())


def _differing(old: str, new: str) -> tuple[str, str]:
    """The stretches that differ, with some whole sentences on both sides."""
    start = max(0, common_prefix(old, new) - _MARGIN)
    start = max(old.rfind(mark, 0, start) for mark in ("\n", ". ")) + 1 if start else 0
    tail = max(0, common_prefix(old[start:], new[start:], backwards=True) - _MARGIN)
    stop = old.find("\n", len(old) - tail) if tail else -1
    tail = len(old) - stop if stop >= 0 else 0
    return old[start : len(old) - tail], new[start : len(new) - tail]


def _sentences(text: str) -> list[_Sentence]:
    found: list[_Sentence] = []
    for _, paragraph in paragraphs_of(text):
        for sentence in map(fold, sentences_of(paragraph)):
            key = " ".join(words_of(sentence)).lower()
            if key:
                found.append(_Sentence(sentence, key))
    return found


def _gaps(
    blocks: list[Block], old: list[str], new: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """What stands between the blocks: starts and ends in the old and in the new text."""
    start = new_start = 0
    for block in [*blocks, Block(len(old), len(new), 0)]:
        if start < block.old:
            yield start, block.old, new_start, block.new
        start, new_start = block.old + block.length, block.new + block.length


def _replacements(changed: list[_Sentence], added: list[_Sentence], folded: str) -> list[str]:
    """For each changed sentence the new text in its place, or nothing."""
    if len(changed) == len(added) == 1:
        return [added[0].text]
    if len(changed) * len(added) > _MOST_PAIRS:
        return [""] * len(changed)
    pairs: defaultdict[int, set[int]] = defaultdict(set)
    old_stems = [sentence.stems for sentence in changed]
    new_stems = [sentence.stems for sentence in added]
    for number, stems in enumerate(new_stems):
        best = _most_alike(stems, old_stems, number)
        if best is not None:
            pairs[best].add(number)
    for number, stems in enumerate(old_stems):
        best = _most_alike(stems, new_stems, number) if number not in pairs else None
        if best is not None:
            pairs[number].add(best)
    if len(changed) == len(added):
        for number in range(len(changed)):
            pairs[number] = pairs[number] or {number}
    return [_joined(pairs[number], added, folded) for number in range(len(changed))]


def _most_alike(stems: frozenset[str], others: list[frozenset[str]], place: int) -> int | None:
    """The number of the sentence with the most words in common; of equals the nearest."""
    best, best_score = None, (_SHARE_IN_COMMON, 0)
    for number, other in enumerate(others):
        shorter = max(1, min(len(stems), len(other)))
        share = len(stems & other) / shorter
        if share and (share, -abs(number - place)) > best_score:
            best, best_score = number, (share, -abs(number - place))
    return best


def _joined(numbers: set[int], added: list[_Sentence], folded: str) -> str:
    """The sentences with those between them, so that they stand in the text as they stand here."""
    if not numbers:
        return ""
    texts = [one.text for one in added[min(numbers) : max(numbers) + 1]]
    joined = " ".join(texts)
    return joined if joined in folded else texts[0]
