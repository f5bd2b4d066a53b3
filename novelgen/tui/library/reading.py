"""What the library shows: all novels and the fleet in one go, the details of one novel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.generation.novel_settings import NovelSettings
from novelgen.runs.standing import crashed_novels
from storage.records import NovelRecord, NovelStatus, NovelSummary
from storage.run_records import RunStatus

if TYPE_CHECKING:
    from novelgen.fleet.standing import FleetStanding
    from novelgen.tui.fleet.novel_words import NovelInFleet


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
    in_fleet: "NovelInFleet | None" = None
    """What a fleet does with it; None where none has anything to do with it."""


@dataclass(frozen=True, slots=True)
class LibraryNews:
    """All that the library shows, at one moment."""

    shelf: tuple[ShelfNovel, ...]
    """The last changed first."""
    fleet: "FleetStanding | None" = None
    """None where there is none, and always where the database is a file."""


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


def read_library(workbench: Workbench) -> LibraryNews:
    """Look at all novels, and at the fleet where the database can have one."""
    fleet, in_fleet = _read_fleet(workbench)
    summaries = workbench.summaries()
    held = workbench.store.locked_novels([item.novel.id for item in summaries])
    crashed = crashed_novels(
        workbench.store, [item.novel for item in summaries], lambda novel_id: novel_id in held
    )
    waiting = workbench.inbox.count_waiting()
    shelf = tuple(
        _on_shelf(
            item,
            _state(item, item.novel.id in crashed, item.novel.id in held),
            waiting.get(item.novel.id, 0),
            in_fleet.get(item.novel.id),
        )
        for item in summaries
    )
    return LibraryNews(shelf, fleet)


def _read_fleet(
    workbench: Workbench,
) -> "tuple[FleetStanding | None, Mapping[str, NovelInFleet]]":
    """The fleet, and what it does with each novel."""
    if not workbench.fleet.is_possible:
        return None, {}
    from novelgen.tui.fleet.novel_words import is_seen, novels_in_fleet

    standing = workbench.fleet.standing()
    return (standing, novels_in_fleet(standing)) if is_seen(standing) else (None, {})


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


def _on_shelf(
    item: NovelSummary, state: NovelState, waiting: int, in_fleet: "NovelInFleet | None"
) -> ShelfNovel:
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
        in_fleet=in_fleet,
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
