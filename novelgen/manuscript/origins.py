"""Whose words a chapter is made of and where they came from, told from its revisions.

*Author*: what a person wrote where nothing stood, or brought in from a file. *Edited*: what a
person put in the place of other words. *Machine*: what a model drew, also where a person took it
over in an edit, which then says so. A word that an edit, a new draft or a rewritten passage leaves
where it was stays whose it was.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from novelgen.text.alignment import Block, align
from novelgen.text.words import iter_words
from storage.records import MACHINE_WORDS, ChapterRecord, RevisionOrigin, RevisionRecord
from storage.unit_of_work import UnitOfWork

# Words in a row that hardly stand in two texts by chance.
_ANCHOR_WORDS = 3
_BY_MACHINE = frozenset([RevisionOrigin.GENERATED, RevisionOrigin.REPAIRED])


class WordOrigin(Enum):
    """Whose a word is."""

    AUTHOR = "author"
    EDITED = "edited"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class WordStretch:
    """Words in a row that came together."""

    words: int
    origin: WordOrigin
    revision: RevisionRecord
    """The one that brought them."""
    first: int
    """Which word of that revision is the first of them; from 0."""


def words_by_origin(work: UnitOfWork, chapter: ChapterRecord) -> Counter[WordOrigin]:
    """How many words of a chapter are whose; together they are its words."""
    counts: Counter[WordOrigin] = Counter()
    for stretch in word_stretches(work, chapter):
        counts[stretch.origin] += stretch.words
    return counts


def word_stretches(work: UnitOfWork, chapter: ChapterRecord) -> list[WordStretch]:
    """The words of a chapter in order, as stretches of one source each, none of them empty.

    The texts of a chapter with a single revision are not read.
    """
    line = _ancestry(work, chapter.revision)
    if len(line) == 1:
        return _joined(_brought(line[0], 0, line[0].words, 0))
    words: list[str] = []
    stretches: list[WordStretch] = []
    for revision in line:
        new_words = list(iter_words(work.texts.of_revision(revision.id)))
        stretches = _joined(_after(revision, words, stretches, new_words))
        words = new_words
    return stretches


def _ancestry(work: UnitOfWork, revision: RevisionRecord) -> list[RevisionRecord]:
    """The revisions that one was made from, the first one first, and itself at the end."""
    line = [revision]
    while line[-1].parent_id is not None:
        line.append(work.chapters.revision(line[-1].parent_id))
    return line[::-1]


def _after(
    revision: RevisionRecord,
    words: Sequence[str],
    stretches: Sequence[WordStretch],
    new_words: Sequence[str],
) -> Iterator[WordStretch]:
    """The stretches of a revision, from its words, and those of the one before with theirs."""
    old_end = new_end = 0
    end = Block(len(words), len(new_words), 0)
    for block in [*_kept(revision, words, new_words), end]:
        replaced, inserted = block.old - old_end, block.new - new_end
        yield from _brought(revision, new_end, inserted, replaced)
        yield from _cut(stretches, block.old, block.old + block.length)
        old_end, new_end = block.old + block.length, block.new + block.length


def _kept(revision: RevisionRecord, words: Sequence[str], new_words: Sequence[str]) -> list[Block]:
    """What a revision leaves of the words before it.

    A draft keeps the beginning of the text that it goes on from, or nothing of it; a rewritten
    passage keeps both ends.
    """
    if revision.origin not in _BY_MACHINE:
        return align(words, new_words, _ANCHOR_WORDS)
    shorter = min(len(words), len(new_words))
    head = _same(words, new_words, shorter)
    blocks = [Block(0, 0, head)]
    if revision.origin is RevisionOrigin.REPAIRED:
        tail = _same(words[::-1], new_words[::-1], shorter - head)
        blocks.append(Block(len(words) - tail, len(new_words) - tail, tail))
    return blocks


def _same(words: Sequence[str], new_words: Sequence[str], most: int) -> int:
    """How many words both begin with, at most so many."""
    same = 0
    while same < most and words[same] == new_words[same]:
        same += 1
    return same


def _brought(
    revision: RevisionRecord, first: int, words: int, replaced: int
) -> Iterator[WordStretch]:
    """New words of a revision, in the place of so many others. Some stretches may be empty."""
    if revision.origin in _BY_MACHINE:
        yield WordStretch(words, WordOrigin.MACHINE, revision, first)
        return
    at, end = first, first + words
    for start, stop in [*_machine_spans(revision, first, end), (end, end)]:
        edited = min(max(first + replaced, at), start)
        yield WordStretch(edited - at, WordOrigin.EDITED, revision, at)
        yield WordStretch(start - edited, WordOrigin.AUTHOR, revision, edited)
        yield WordStretch(stop - start, WordOrigin.MACHINE, revision, start)
        at = stop


def _machine_spans(revision: RevisionRecord, first: int, end: int) -> list[tuple[int, int]]:
    """What a person's revision says of the words `[first, end)`: those that a model drew."""
    told = ((start, start + count) for start, count in revision.provenance.get(MACHINE_WORDS, ()))
    within = ((max(start, first), min(stop, end)) for start, stop in told)
    return [(start, stop) for start, stop in within if start < stop]


def _cut(stretches: Iterable[WordStretch], start: int, end: int) -> Iterator[WordStretch]:
    """The stretches of the words `[start, end)`."""
    at = 0
    for stretch in stretches:
        first, last = max(start, at), min(end, at + stretch.words)
        if first < last:
            yield replace(stretch, words=last - first, first=stretch.first + first - at)
        at += stretch.words


def _joined(stretches: Iterable[WordStretch]) -> list[WordStretch]:
    joined: list[WordStretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last is not None and stretch == replace(
            last, words=stretch.words, first=last.first + last.words
        ):
            joined[-1] = replace(last, words=last.words + stretch.words)
        elif stretch.words:
            joined.append(stretch)
    return joined
