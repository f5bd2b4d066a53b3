"""What a fleet does with each novel, in a sentence for the library.

Knows the tasks alone; a novel that the fleet has nothing to do with is not mentioned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from novelgen.fleet.standing import FleetStanding, TaskStanding
from novelgen.fleet.telling import is_held_or_to_be, worker_told
from novelgen.fleet.terms import RedraftTerms
from novelgen.tui.library.novel_words import counted
from storage.fleet_records import JobKind, TaskKind, TaskState


class FleetPart(Enum):
    """How it stands with a novel in the fleet; the first of these that is true of a task."""

    AT_WORK = "at work"
    LOST = "worker lost"
    FAILED = "failed"
    HELD = "held"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class NovelInFleet:
    """What a fleet does with one novel."""

    part: FleetPart
    told: str
    """In words, such as `written by worker-3 on node-7`."""
    note: str = ""
    """Why it failed, or was given back."""

    @property
    def in_full(self) -> str:
        """With the note."""
        return f"{self.told}: {self.note}" if self.note else self.told


def is_seen(standing: FleetStanding) -> bool:
    """Whether there is anything of a fleet to be shown: work that is not done, or workers."""
    has_work = any(count for state, count in standing.counts.items() if state is not TaskState.DONE)
    return has_work or bool(standing.workers) or bool(standing.num_lost)


def novels_in_fleet(standing: FleetStanding) -> dict[str, NovelInFleet]:
    """By the ids of the novels that the fleet has something to do with."""
    open_tasks = [each for each in standing.tasks if each.task.state is not TaskState.DONE]
    before = _waiting_before(open_tasks)
    by_novel = sorted(open_tasks, key=lambda each: each.task.novel_id)
    return {
        novel_id: _of_novel(list(tasks), before)
        for novel_id, tasks in groupby(by_novel, key=lambda each: each.task.novel_id)
    }


def _waiting_before(tasks: Iterable[TaskStanding]) -> dict[int, int]:
    """How many tasks wait before each that waits."""
    waiting = (each.task.id for each in tasks if each.task.state is TaskState.WAITING)
    return {task_id: place for place, task_id in enumerate(waiting)}


def _of_novel(tasks: Sequence[TaskStanding], before: dict[int, int]) -> NovelInFleet:
    foremost = min(tasks, key=lambda each: _RANKS[_part(each)])
    part = _part(foremost)
    if foremost.job.kind is JobKind.REDRAFT:
        of_job = [each for each in tasks if each.job.id == foremost.job.id]
        told = _redraft_told(foremost, of_job)
        if part is not FleetPart.AT_WORK:
            told += f"; {_standing_still(foremost, part, before)}"
    elif part is FleetPart.AT_WORK:
        told = f"written by {worker_told(foremost)}"
        told += ", held after this segment" if is_held_or_to_be(foremost) else ""
    else:
        told = _standing_still(foremost, part, before)
    return NovelInFleet(part, told, "" if part is FleetPart.AT_WORK else foremost.task.note)


def _part(each: TaskStanding) -> FleetPart:
    if each.is_lost:
        return FleetPart.LOST
    return _PARTS[each.task.state]


def _standing_still(each: TaskStanding, part: FleetPart, before: dict[int, int]) -> str:
    if part is FleetPart.LOST:
        return "its worker is lost, another one takes it over"
    if part is FleetPart.WAITING:
        others = before.get(each.task.id, 0)
        return f"waiting in the queue, {others:,} before it" if others else "next in the queue"
    return _STILL[part]


def _redraft_told(foremost: TaskStanding, of_job: Sequence[TaskStanding]) -> str:
    """How far the drafts are. Those that are done are not among the tasks."""
    redraft = RedraftTerms.of(foremost.job).redraft
    drafts, chapter = redraft.drafts, redraft.chapter
    if foremost.task.kind is TaskKind.PREPARE:
        times = "once" if drafts == 1 else f"{drafts} times"
        return f"chapter {chapter} is to be drafted {times}"
    if foremost.task.kind is TaskKind.CHOOSE:
        return f"choosing among {counted(drafts, 'draft')} of chapter {chapter}"
    unfinished = sum(each.task.kind is TaskKind.DRAFT for each in of_job)
    return f"drafting chapter {chapter}: {drafts - unfinished} of {counted(drafts, 'draft')}"


_STILL = {FleetPart.HELD: "held", FleetPart.FAILED: "failed"}
_PARTS = {
    TaskState.TAKEN: FleetPart.AT_WORK,
    TaskState.WAITING: FleetPart.WAITING,
    TaskState.HELD: FleetPart.HELD,
    TaskState.FAILED: FleetPart.FAILED,
}
_RANKS = {part: rank for rank, part in enumerate(FleetPart)}
