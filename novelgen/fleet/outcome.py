"""What became of a task that a worker had in hand."""

from dataclasses import dataclass

from novelgen.generation.events import Event, RunStopped, StopReason
from storage.fleet_records import TaskState

_AS_AGREED = (StopReason.WORD_LIMIT, StopReason.CHAPTER_LIMIT, StopReason.BEAT_LIMIT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the task stands from now on."""

    state: TaskState
    note: str = ""
    is_passed_over: bool = False
    """Whether this worker leaves it to others for a while."""
    holds_novel: bool = False
    """Whether the novel's other tasks are to stand still too: a person stopped its run."""
    is_stored: bool = False
    """Whether it was stored already, with what the task brought."""


DONE = Outcome(TaskState.DONE)
DONE_AND_STORED = Outcome(TaskState.DONE, is_stored=True)
GIVEN_BACK = Outcome(TaskState.WAITING)


def left_to_others(note: str) -> Outcome:
    """It cannot be done here and now; another worker may be able to, or this one later."""
    return Outcome(TaskState.WAITING, note, is_passed_over=True)


def of_ending(ending: Event | None, *, fleet_stopped: bool) -> Outcome:
    """What became of a task whose run ended so. `fleet_stopped`: the run was told by the fleet."""
    if not isinstance(ending, RunStopped):
        return DONE
    if ending.reason in _AS_AGREED:
        return Outcome(TaskState.DONE, f"stopped at {ending.words:,} words, as agreed")
    if ending.reason is StopReason.ASKED and fleet_stopped:
        return GIVEN_BACK
    return stopped_by_person(ending.why)


def stopped_by_person(why: str = "") -> Outcome:
    """It waits for the person who stopped it, or changed the text under it."""
    return Outcome(TaskState.HELD, why or "paused", holds_novel=True)
