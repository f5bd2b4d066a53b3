"""What the library shows of the novels: the shelf in one go, the details of one of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from novelgen.bootstrap import Workbench
from novelgen.generation.novel_settings import NovelSettings
from storage.records import NovelRecord, NovelStatus, NovelSummary
from storage.run_records import RunStatus


class NovelState(Enum):
    """What goes on with a novel, as one word."""

    WRITING = "writing"
    PLANNING = "planning"
    NEW = "new"
    """There is no plan yet."""
    PLANNED = "planned"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"
    CRASHED = "crashed"

    @property
    def goes_on(self) -> bool:
        """Whether a process is at work on it."""
        return self in (NovelState.WRITING, NovelState.PLANNING)

    @property
    def is_broken_off(self) -> bool:
        return self in (NovelState.FAILED, NovelState.CRASHED)


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
    """That have text."""
    state: NovelState
    created_at: datetime
    updated_at: datetime
    waiting: int
    """Chapters in the inbox."""
    model: str
    candidates: int


@dataclass(frozen=True, slots=True)
class NovelDetails:
    """What is read of the novel at hand alone."""

    novel_id: str
    genre: str
    planned_chapters: int
    chapters_written: int
    """To their ends."""
    chapter_title: str
    """Of the newest chapter that has text."""
    failure: str
    """Why the last run ended as it should not; empty where it did not."""


def read_shelf(workbench: Workbench) -> list[ShelfNovel]:
    """All novels, the last changed first."""
    summaries = workbench.summaries()
    crashed = workbench.runs.crashed(item.novel for item in summaries)
    waiting = workbench.inbox.count_waiting()
    return [
        _on_shelf(
            item,
            _state(item, item.novel.id in crashed, workbench.runs.is_held(item.novel.id)),
            waiting.get(item.novel.id, 0),
        )
        for item in summaries
    ]


def read_details(workbench: Workbench, novel_id: str) -> NovelDetails:
    """More of one novel."""
    overview = workbench.overview(novel_id)
    run = workbench.runs.latest_run(novel_id)
    has_failed = run is not None and run.status is RunStatus.FAILED
    with workbench.store.reading() as work:
        voice = work.voices.current(overview.summary.novel.active_branch_id)
    written = [chapter for chapter in overview.chapters if chapter.words]
    return NovelDetails(
        novel_id=novel_id,
        genre="" if voice is None else str(voice.sheet.get("genre", "")),
        planned_chapters=len(overview.chapters),
        chapters_written=sum(chapter.status == "complete" for chapter in overview.chapters),
        chapter_title=written[-1].title if written else "",
        failure=run.error or "" if has_failed and run is not None else "",
    )


def _on_shelf(item: NovelSummary, state: NovelState, waiting: int) -> ShelfNovel:
    novel: NovelRecord = item.novel
    return ShelfNovel(
        id=novel.id,
        title=novel.title,
        author=novel.author,
        premise=novel.premise,
        words=item.totals.words,
        target_words=novel.target_words,
        chapters=item.totals.chapters,
        state=state,
        created_at=novel.created_at,
        updated_at=novel.updated_at,
        waiting=waiting,
        model=novel.model,
        candidates=NovelSettings.from_json(novel.settings).candidates,
    )


def _state(item: NovelSummary, has_crashed: bool, is_held: bool) -> NovelState:
    status = item.novel.status
    if has_crashed:
        return NovelState.CRASHED
    if is_held:
        is_planning = status is NovelStatus.PLANNING
        return NovelState.PLANNING if is_planning else NovelState.WRITING
    if status is NovelStatus.FAILED:
        return NovelState.FAILED
    if status is NovelStatus.FINISHED:
        return NovelState.FINISHED
    if item.totals.words:
        return NovelState.PAUSED
    return NovelState.NEW if status is NovelStatus.PLANNING else NovelState.PLANNED
