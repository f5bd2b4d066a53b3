"""What is true of a novel's runs: a run lives only while its process holds the novel's lock.

The system frees the lock when a process dies, however it dies, and whatever process is given its
number afterwards. A run that is stored as running and whose lock is free has crashed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from novelgen.generation.novel_status import AT_WORK
from storage.records import NovelRecord
from storage.run_records import RunRecord, RunStatus
from storage.store import Store

IsHeld = Callable[[str], bool]
"""Whether a process holds the lock of the novel with that id."""

_DIED = (RunStatus.RUNNING, RunStatus.CRASHED)


class Stands(Enum):
    """What goes on with a novel."""

    RUNNING = "running"
    STARTING = "starting"
    """A process has it, and no run yet: it loads a model, or changes something briefly."""
    AT_REST = "at rest"


@dataclass(frozen=True, slots=True)
class Standing:
    """What goes on with a novel, and its newest run."""

    stands: Stands
    run: RunRecord | None


def standing_of(store: Store, novel_id: str, is_held: IsHeld) -> Standing:
    """Look at a novel's newest run; one that has died is marked crashed."""
    run = _latest(store, novel_id)
    held = is_held(novel_id)
    is_running = run is not None and run.status is RunStatus.RUNNING
    if held:
        return Standing(Stands.RUNNING if is_running else Stands.STARTING, run)
    if run is not None and is_running:
        run = mark_if_dead(store, run)
    return Standing(Stands.AT_REST, run)


def mark_if_dead(store: Store, run: RunRecord) -> RunRecord:
    """The run as it is stored now, marked crashed if it still counts as running.

    Call it after the lock was found free: until then a run may end and free it in good order.
    """
    with store.writing() as work:
        # A worker of a fleet may have come meanwhile to share the run; it waits for this turn.
        if not store.is_novel_locked(run.novel_id):
            work.runs.mark_crashed(run.id)
        return work.runs.get(run.id)


def crashed_novels(store: Store, novels: Iterable[NovelRecord], is_held: IsHeld) -> set[str]:
    """Ids of the novels that are stored as being written, and whose run has died.

    Looks at those alone, and changes nothing.
    """
    suspects = [novel.id for novel in novels if novel.status in AT_WORK and not is_held(novel.id)]
    if not suspects:
        return set()
    with store.reading() as work:
        latest = [work.runs.latest(novel_id) for novel_id in suspects]
    return {run.novel_id for run in latest if run is not None and run.status in _DIED}


def as_they_stand(runs: Sequence[RunRecord], is_held: IsHeld) -> list[RunRecord]:
    """The runs with crashed ones shown as such; changes nothing.

    `runs` are newest first: only the newest run of a novel can live.
    """
    newest: set[str] = set()
    told: list[RunRecord] = []
    for run in runs:
        may_live = run.novel_id not in newest
        newest.add(run.novel_id)
        is_dead = run.status is RunStatus.RUNNING and not (may_live and is_held(run.novel_id))
        told.append(replace(run, status=RunStatus.CRASHED) if is_dead else run)
    return told


def _latest(store: Store, novel_id: str) -> RunRecord | None:
    with store.reading() as work:
        return work.runs.latest(novel_id)
