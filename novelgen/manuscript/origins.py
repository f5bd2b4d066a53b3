"""Whose words a chapter is made of, told from its revisions.

*Author*: what a person wrote where nothing stood, or brought in from a file. *Edited*: what a
person put in the place of other words. *Machine*: what a model drew. A word that an edit or a new
draft leaves where it was stays whose it was.
"""

from collections import Counter
from collections.abc import Sequence
from enum import Enum

from novelgen.text.alignment import Block, align
from novelgen.text.words import iter_words
from storage.records import ChapterRecord, RevisionOrigin, RevisionRecord
from storage.unit_of_work import UnitOfWork

# Words in a row that hardly stand in two texts by chance.
_ANCHOR_WORDS = 3
_BY_MACHINE = frozenset([RevisionOrigin.GENERATED, RevisionOrigin.REPAIRED])


class WordOrigin(Enum):
    """Whose a word is."""

    AUTHOR = "author"
    EDITED = "edited"
    MACHINE = "machine"


def words_by_origin(work: UnitOfWork, chapter: ChapterRecord) -> Counter[WordOrigin]:
    """How many words of a chapter are whose; together they are its words."""
    line = _ancestry(work, chapter.revision)
    if all(revision.origin in _BY_MACHINE for revision in line):
        return Counter({WordOrigin.MACHINE: chapter.revision.words})
    words: list[str] = []
    origins: list[WordOrigin] = []
    for revision in line:
        new_words = list(iter_words(work.texts.of_revision(revision.id)))
        if revision.origin in _BY_MACHINE:
            origins = _redrawn(words, origins, new_words)
        else:
            origins = _edited(words, origins, new_words)
        words = new_words
    return Counter(origins)


def _ancestry(work: UnitOfWork, revision: RevisionRecord) -> list[RevisionRecord]:
    """The revisions that one was made from, the first one first, and itself at the end."""
    line = [revision]
    while line[-1].parent_id is not None:
        line.append(work.chapters.revision(line[-1].parent_id))
    return line[::-1]


def _redrawn(
    words: Sequence[str], origins: Sequence[WordOrigin], new_words: Sequence[str]
) -> list[WordOrigin]:
    """A draft keeps the beginning of the text it goes on from, or nothing of it."""
    same = 0
    while same < min(len(words), len(new_words)) and words[same] == new_words[same]:
        same += 1
    return [*origins[:same], *[WordOrigin.MACHINE] * (len(new_words) - same)]


def _edited(
    words: Sequence[str], origins: Sequence[WordOrigin], new_words: Sequence[str]
) -> list[WordOrigin]:
    found: list[WordOrigin] = []
    old_end = 0
    end = Block(len(words), len(new_words), 0)
    for block in [*align(words, new_words, _ANCHOR_WORDS), end]:
        replaced, inserted = block.old - old_end, block.new - len(found)
        found += [WordOrigin.EDITED] * min(replaced, inserted)
        found += [WordOrigin.AUTHOR] * (inserted - min(replaced, inserted))
        found += origins[block.old : block.old + block.length]
        old_end = block.old + block.length
    return found
