"""The chapters before the one that is written, as far back as repeats are looked for.

A function of their text alone: a run that goes on from chapter to chapter holds the same as one
that begins here, and keeps nothing of the book but this stretch.
"""

from collections import deque
from dataclasses import dataclass

from novelgen.text.alarms.repeats import WINDOW_WORDS, RepeatIndex
from novelgen.text.names import capitalised_in
from storage.store import Store


@dataclass(frozen=True, slots=True)
class _ReadChapter:
    revision_id: str
    text: str
    names: frozenset[str]
    first_word: int


class BookSoFar:
    """Reads on with every chapter. One a run; ask for the chapters in any order."""

    def __init__(self, store: Store, branch_id: str) -> None:
        self._store = store
        self._branch_id = branch_id
        self._chapters: deque[_ReadChapter] = deque()
        self._index = RepeatIndex()
        self._length = 0
        """Words of the chapters in the index."""

    def read_before(self, number: int) -> "ChaptersBefore":
        """What stands before a chapter now.

        What was read for an earlier question is kept where it still stands; what was added to the
        index since is taken back.
        """
        with self._store.reading() as work:
            wanted = work.texts.revisions_before(self._branch_id, WINDOW_WORDS, number)
            self._index.rewind(self._length)
            fresh = wanted[self._still_read(wanted) :]
            if len(fresh) == len(wanted):
                self._chapters.clear()
                self._index = RepeatIndex()
            for revision_id in fresh:
                self._read(revision_id, work.texts.of_revision(revision_id))
        while len(self._chapters) > len(wanted):
            self._chapters.popleft()
        self._length = len(self._index)
        if self._chapters:
            self._index.forget_before(self._chapters[0].first_word)
        return ChaptersBefore(
            "\n\n".join(chapter.text for chapter in self._chapters),
            frozenset[str]().union(*(chapter.names for chapter in self._chapters)),
            self._index,
        )

    def _still_read(self, wanted: list[str]) -> int:
        """How many of the first wanted ones are the last of those that are read."""
        read = [chapter.revision_id for chapter in self._chapters]
        for count in range(min(len(wanted), len(read)), 0, -1):
            if read[-count:] == wanted[:count]:
                return count
        return 0

    def _read(self, revision_id: str, text: str) -> None:
        first_word = len(self._index)
        self._index.add(text)
        self._chapters.append(_ReadChapter(revision_id, text, capitalised_in(text), first_word))


@dataclass(frozen=True, slots=True)
class ChaptersBefore:
    """What stands before a chapter."""

    text: str
    names: frozenset[str]
    """Words in it that may be names."""
    index: RepeatIndex
    """Of the same text; the chapter's own may be added, until the next question."""
