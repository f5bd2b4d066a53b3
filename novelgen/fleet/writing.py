"""A task that writes a novel on: an ordinary run."""

from collections.abc import Callable

from novelgen.fleet.hands import Hands
from novelgen.fleet.outcome import Outcome, of_ending
from novelgen.fleet.terms import WriteTerms
from novelgen.fleet.watch import Watch
from novelgen.generation.events import Event
from novelgen.generation.run import NovelRun
from novelgen.generation.stop import StopSignal
from storage.fleet_records import JobRecord
from storage.store import Store

OnEvent = Callable[[Event], None]


def write_novel(
    store: Store, hands: Hands, job: JobRecord, stop: StopSignal, watch: Watch, on_event: OnEvent
) -> Outcome:
    """Write the novel to its end, to the job's limits, or until the run is stopped.

    The caller holds the novel's lock. Raises what a run raises.
    """
    with store.reading() as work:
        novel = work.novels.get(job.novel_id)
    run = NovelRun(
        store,
        hands.engine(novel),
        hands.library,
        novel,
        stop=stop,
        terms=hands.terms(novel, WriteTerms.of(job).limits),
        planner=hands.planner(novel),
    )
    ending: Event | None = None
    for event in run.events():
        on_event(event)
        ending = event
    return of_ending(ending, fleet_stopped=watch.has_stopped)
