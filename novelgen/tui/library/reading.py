"""What the library shows of the novels, read in one go."""

from dataclasses import dataclass
from datetime import datetime

from novelgen.bootstrap import Workbench


@dataclass(frozen=True, slots=True)
class ShelfNovel:
    """A novel on the shelf."""

    id: str
    title: str
    author: str
    premise: str
    words: int
    target_words: int
    chapters: int
    state: str
    """planning, writing, paused, finished, failed or crashed; at work also `running`."""
    updated_at: datetime
    waiting: int
    """Chapters in the inbox."""
    model: str


def read_shelf(workbench: Workbench) -> list[ShelfNovel]:
    """All novels, the last changed first."""
    summaries = workbench.summaries()
    crashed = workbench.runs.crashed(item.novel for item in summaries)
    waiting = workbench.inbox.count_waiting()
    shelf = []
    for item in summaries:
        novel = item.novel
        state = novel.status.value
        if novel.id in crashed:
            state = "crashed"
        elif workbench.runs.is_held(novel.id):
            state = "running"
        shelf.append(
            ShelfNovel(
                id=novel.id,
                title=novel.title,
                author=novel.author,
                premise=novel.premise,
                words=item.totals.words,
                target_words=novel.target_words,
                chapters=item.totals.chapters,
                state=state,
                updated_at=novel.updated_at,
                waiting=waiting.get(novel.id, 0),
                model=novel.model,
            )
        )
    return shelf
