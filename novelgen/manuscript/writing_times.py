"""When the words of a novel were written, by day and by hour of day.

What counts are the words that stand now, each at the time it was put down: words that were struck,
replaced or left on another branch count for nothing, words brought in from a file count when they
were brought in, and a word that an edit leaves where it was keeps its time. The clock is that of
the machine that reads. Days on which only words fell that do not stand any more are days worked all
the same.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from novelgen.manuscript.origins import WordOrigin, WordStretch, word_stretches
from storage.records import ChapterRecord, NovelRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork

Hour = tuple[date, int, WordOrigin]
"""A day, an hour of it from 0 to 23, and whose words."""
EVERYBODY = frozenset(WordOrigin)


@dataclass(frozen=True, slots=True)
class WritingTimes:
    """When the words of a novel's active branch were written."""

    words: Counter[Hour] = field(default_factory=Counter)
    days_worked: int = 0
    """Days on which anything of the novel was written, whether it stands or not."""

    def by_day(self, whose: Collection[WordOrigin] = EVERYBODY) -> dict[date, int]:
        """Words by day, the first day first; days without words are left out."""
        days: Counter[date] = Counter()
        for (day, _, origin), words in self.words.items():
            if origin in whose:
                days[day] += words
        return dict(sorted(days.items()))

    def by_hour(self, whose: Collection[WordOrigin] = EVERYBODY) -> list[int]:
        """Words by hour of day, 24 of them."""
        hours = [0] * 24
        for (_, hour, origin), words in self.words.items():
            if origin in whose:
                hours[hour] += words
        return hours


class TimesReader:
    """Reads when chapters were written; each revision once, as long as it does not grow."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        """`zone` is the clock; None is that of this machine."""
        self._zone = zone
        self._read: dict[tuple[str, int], Counter[Hour]] = {}

    def read(self, store: Store, novel: NovelRecord) -> WritingTimes:
        """The times of a novel; chapters are read one at a time, each in its own transaction."""
        with store.reading() as work:
            held = work.inbox.held_chapters(novel.active_branch_id)
            chapters = [
                each
                for each in work.chapters.of_branch(novel.active_branch_id)
                if each.number not in held
            ]
            days = days_worked(work, novel.id, self._zone)
        words: Counter[Hour] = Counter()
        for chapter in chapters:
            with store.reading() as work:
                words += self._of_chapter(work, chapter)
        return WritingTimes(words, days)

    def _of_chapter(self, work: UnitOfWork, chapter: ChapterRecord) -> Counter[Hour]:
        key = (chapter.revision.id, chapter.revision.words)
        if key not in self._read:
            words: Counter[Hour] = Counter()
            for stretch in word_stretches(work, chapter):
                for count, time in _times(work, stretch):
                    local = time.astimezone(self._zone)
                    words[local.date(), local.hour, stretch.origin] += count
            self._read[key] = words
        return self._read[key]


def days_worked(work: UnitOfWork, novel_id: str, zone: tzinfo | None = None) -> int:
    """Days on which anything of a novel was written, whether it stands or not."""
    return len({time.astimezone(zone).date() for time in work.segments.times_of_novel(novel_id)})


def _times(work: UnitOfWork, stretch: WordStretch) -> Iterator[tuple[int, datetime]]:
    """The words of a stretch by the time they were kept: with their segment, or the revision."""
    at = 0
    start, end = stretch.first, stretch.first + stretch.words
    time = stretch.revision.created_at
    for words, kept_at in work.segments.times_of_revision(stretch.revision.id):
        time = kept_at
        first, last = max(start, at), min(end, at + words)
        if first < last:
            yield last - first, time
        at += words
    rest = end - max(start, at)  # in no segment yet, or the text came whole
    if rest > 0:
        yield rest, time
