"""What the statistics tell without measuring prose, read in one go."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.engine.spending import Spending
from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.statistics import DrawingFigures, read_drawing, read_spending
from novelgen.manuscript.writing_times import TimesReader, WritingTimes

TextVersion = tuple[tuple[int, str, int], ...]
"""Number, revision and words of each chapter in the book: equal for equal text."""


@dataclass(frozen=True, slots=True)
class BookFigures:
    """A novel's active branch in figures."""

    words: int
    target_words: int
    times: WritingTimes
    drawing: DrawingFigures
    spending: Mapping[str, Spending]
    text: TextVersion

    def origins(self) -> Counter[WordOrigin]:
        """Words by whose they are."""
        counts: Counter[WordOrigin] = Counter()
        for (_, _, origin), words in self.times.words.items():
            counts[origin] += words
        return counts


def read_figures(workbench: Workbench, novel_id: str, times: TimesReader) -> BookFigures:
    """The figures of a novel; `times` knows the chapters that it has read before."""
    with workbench.store.reading() as work:
        novel = work.novels.get(novel_id)
        branch_id = novel.active_branch_id
        held = work.inbox.held_chapters(branch_id)
        text = tuple(
            (chapter.number, chapter.revision.id, chapter.revision.words)
            for chapter in work.chapters.of_branch(branch_id)
            if chapter.revision.words and chapter.number not in held
        )
        drawing = read_drawing(work, branch_id)
        spending = read_spending(work, novel_id)
    return BookFigures(
        words=sum(words for _, _, words in text),
        target_words=novel.target_words,
        times=times.read(workbench.store, novel),
        drawing=drawing,
        spending=spending,
        text=text,
    )
