"""A novel's active branch, chapter by chapter, as prose metrics read it.

Each chapter is read in a transaction of its own, so that a saga may be judged for minutes while it
is written on; revisions never change, so the text is that of one moment all the same, an open
chapter's end aside.
"""

from collections.abc import Iterator

from novelgen.text.prose_metrics.windows import Section
from novelgen.text.sanitize import clean_line
from storage.records import NovelRecord
from storage.store import Store

_BETWEEN_CHAPTERS = "\n\n"


class NovelSections:
    """The chapters with text that are in the book now; each call reads them once more."""

    def __init__(self, store: Store, novel: NovelRecord) -> None:
        self._store = store
        with store.reading() as work:
            held = work.inbox.held_chapters(novel.active_branch_id)
            self._chapters = [
                (chapter.number, clean_line(chapter.revision.title), chapter.revision.id)
                for chapter in work.chapters.of_branch(novel.active_branch_id)
                if chapter.revision.words and chapter.number not in held
            ]

    def __call__(self) -> Iterator[Section]:
        for number, title, revision_id in self._chapters:
            with self._store.reading() as work:
                text = work.texts.of_revision(revision_id)
            yield Section(number, title, text + _BETWEEN_CHAPTERS)
