"""`bench fleet`: how many words a second so many workers of a fleet write, against so many alone.

Real workers write real novels in a new database, with an engine that draws at a set pace; so what
is measured is all the rest: taking work, commits, looking for orders, and the machines' cores.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from novelgen.bench.rounds import OnProgress
from novelgen.engine.values import SCRIPTED_MODEL
from novelgen.errors import NovelgenError
from novelgen.fleet.queue import add_novel
from novelgen.fleet.terms import WriteTerms
from novelgen.generation.novel_settings import NovelSettings
from storage.fleet_records import TaskState
from storage.postgresql.measuring import scratch_database, server_figures
from storage.records import NewNovel
from storage.store import Store, open_store

WorkersAt = Callable[[str, int], AbstractContextManager[None]]
"""Keeps so many workers on the database at an address, until the end of the block."""

_TARGET_WORDS = 20_000
"""No novel is finished while it is measured, and its plan is drawn in seconds."""
_SECONDS_TO_BEGIN = 180.0
_SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """What is measured: every number of workers, `rounds` times in turn."""

    workers: Sequence[int]
    rounds: int
    seconds: float
    """That a round lasts, from when all write."""


@dataclass(frozen=True, slots=True)
class FleetRow:
    """What so many workers did; medians of the rounds."""

    workers: int
    words_per_second: float
    lowest: float
    highest: float
    commits_per_second: float
    share: float
    """Of so many times what the fewest workers did, each of them."""
    connections: float
    """To the server, a worker."""


def bench_fleet(
    server: str, plan: FleetPlan, workers_at: WorkersAt, on_progress: OnProgress
) -> list[FleetRow]:
    """Measure in a new database on `server`. Raises `NovelgenError` and `StorageFailure`."""
    found: dict[int, list[tuple[float, float, float]]] = {each: [] for each in plan.workers}
    total = plan.rounds * len(plan.workers)
    for done, workers in enumerate([*plan.workers] * plan.rounds, 1):
        with scratch_database(server) as url, open_store(url) as store:
            found[workers].append(_round(store, url, workers, plan.seconds, workers_at))
        on_progress(done, total)
    fewest = min(found)
    alone = statistics.median(words for words, _, _ in found[fewest]) / fewest
    return [_row(workers, rounds, alone) for workers, rounds in sorted(found.items())]


def _round(
    store: Store, url: str, workers: int, seconds: float, workers_at: WorkersAt
) -> tuple[float, float, float]:
    """Words and commits a second, and connections a worker."""
    for seed in range(workers):
        _add_novel(store, seed)
    with workers_at(url, workers):
        _wait_until_all_write(store, workers)
        words, segments = _written(store)
        began = time.monotonic()
        time.sleep(seconds)
        later_words, later_segments = _written(store)
        elapsed = time.monotonic() - began
        connections = server_figures(url).connections / workers
    return (later_words - words) / elapsed, (later_segments - segments) / elapsed, connections


def _add_novel(store: Store, seed: int) -> None:
    new = NewNovel(
        title=f"Novel {seed}",
        premise="A lamp goes out.",
        seed=seed,
        target_words=_TARGET_WORDS,
        model=SCRIPTED_MODEL,
        settings=NovelSettings().as_json(),
    )
    with store.writing() as work:
        novel = work.novels.add(new)
    add_novel(store, novel, WriteTerms())


def _wait_until_all_write(store: Store, workers: int) -> None:
    deadline = time.monotonic() + _SECONDS_TO_BEGIN
    while time.monotonic() < deadline:
        with store.reading() as work:
            begun = [each for each in work.novels.summaries() if each.totals.segments]
            failed = [task for task in work.fleet_tasks.all() if task.state is TaskState.FAILED]
        if len(begun) == workers:
            return
        if failed:
            raise NovelgenError(f"A worker failed: {failed[0].note}", "See the log.")
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    raise NovelgenError(
        f"{workers} workers were started, and only {len(begun)} had written anything after "
        f"{_SECONDS_TO_BEGIN:.0f} s.",
        "Give fewer --workers, or see the log for what hinders the others.",
    )


def _written(store: Store) -> tuple[int, int]:
    """Words and segments that are committed."""
    with store.reading() as work:
        totals = [each.totals for each in work.novels.summaries()]
    return sum(each.words for each in totals), sum(each.segments for each in totals)


def _row(workers: int, rounds: Sequence[tuple[float, float, float]], alone: float) -> FleetRow:
    words = [each for each, _, _ in rounds]
    middle = statistics.median(words)
    return FleetRow(
        workers=workers,
        words_per_second=middle,
        lowest=min(words),
        highest=max(words),
        commits_per_second=statistics.median(each for _, each, _ in rounds),
        share=middle / (alone * workers) if alone else 0.0,
        connections=statistics.median(each for _, _, each in rounds),
    )
