"""`bench storage --writers`: how many segments a second several writers commit to one database.

Every writer is a process of its own that commits to a novel of its own, as the workers of a fleet
do. The database is made for it and removed; nobody's novels are touched. On a server that runs on
this machine writers and server share its cores, and the CPU that each took says which of them
binds.
"""

import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from novelgen.bench.rounds import OnProgress
from novelgen.bench.scribe import Measures, Scribe
from novelgen.bench.writing_process import WritingOrder
from novelgen.bench.writing_round import WritingRound, measure_round
from storage.engine import database_path
from storage.postgresql.measuring import (
    counting_round_trips,
    scratch_database,
    server_figures,
    server_settings,
)
from storage.store import open_store

_COMMITS_BEFORE_COUNTING = 12
_FIRST_SEED_OF_COUNTING = 1_000_000_000


class Turn(StrEnum):
    """What a writer waits for."""

    NOVEL = "novel"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class WritersPlan:
    """What is measured: every turn with every number of writers, `rounds` times in turn."""

    writers: Sequence[int]
    turns: Sequence[Turn]
    rounds: int
    seconds: float
    """That a round lasts."""
    measures: Measures


@dataclass(frozen=True, slots=True)
class WritersRow:
    """What some writers did at once; medians of the rounds. None is what cannot be known."""

    turn: Turn
    writers: int
    commits_per_second: float
    lowest_per_second: float
    highest_per_second: float
    commit_seconds: float
    """The median of a commit."""
    commit_seconds_p95: float
    client_cpu_seconds: float
    """Of the writers, a commit."""
    server_cpu_seconds: float | None
    """Of the processes of a server on this machine, a commit."""
    log_bytes: float | None
    """Of write-ahead log, a commit."""
    connections: float | None
    """Open, a writer."""


@dataclass(frozen=True, slots=True)
class WritersReport:
    """The rows, and what does not depend on how many write."""

    rows: tuple[WritersRow, ...]
    segment_bytes: float
    """That a segment takes in the database, with its memory and everything beside it."""
    round_trips: Mapping[Turn, int]
    """To the server, a commit."""
    settings: Mapping[str, str]
    """Of the server."""
    cores: int


def bench_writers(
    server: str | None, folder: Path, plan: WritersPlan, on_progress: OnProgress
) -> WritersReport:
    """Measure in a new database on `server`, or else in an SQLite file in `folder`.

    The caller removes the folder. Raises `StorageFailure` and `StorageError`.
    """
    with ExitStack() as stack:
        if server is None:
            url = f"sqlite:///{folder / 'writers.sqlite3'}"
        else:
            url = stack.enter_context(scratch_database(server))
        open_store(url).close()
        empty = _database_bytes(url)
        found = _measure(url, plan, on_progress)
        segments = sum(len(each.commits) for rounds in found.values() for each in rounds)
        return WritersReport(
            rows=tuple(_row(turn, number, rounds) for (turn, number), rounds in found.items()),
            segment_bytes=(_database_bytes(url) - empty) / segments,
            round_trips={turn: _round_trips(url, plan, turn) for turn in plan.turns if server},
            settings=server_settings(server) if server else {},
            cores=os.cpu_count() or 1,
        )


def _measure(
    url: str, plan: WritersPlan, on_progress: OnProgress
) -> dict[tuple[Turn, int], list[WritingRound]]:
    kinds = [(turn, number) for number in plan.writers for turn in plan.turns]
    found: dict[tuple[Turn, int], list[WritingRound]] = {kind: [] for kind in kinds}
    seeds, total = count(1), plan.rounds * len(kinds)
    for done, (turn, number) in enumerate(kinds * plan.rounds, 1):
        orders = [_order(url, plan, turn, next(seeds)) for _ in range(number)]
        found[turn, number].append(measure_round(orders))
        on_progress(done, total)
    return found


def _order(url: str, plan: WritersPlan, turn: Turn, seed: int) -> WritingOrder:
    measures = plan.measures
    return WritingOrder(
        url=url,
        takes_database_turn=turn is Turn.DATABASE,
        seconds=plan.seconds,
        words_per_segment=measures.words_per_segment,
        snapshot_bytes=measures.snapshot_bytes,
        keyframe_interval=measures.retention.interval,
        seed=seed,
    )


def _database_bytes(url: str) -> int:
    path = database_path(url)
    if path is None:
        return server_figures(url).database_bytes
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def _round_trips(url: str, plan: WritersPlan, turn: Turn) -> int:
    """Of a commit whose statements are prepared."""
    with open_store(url) as store:
        alone = turn is Turn.DATABASE
        seed = _FIRST_SEED_OF_COUNTING + alone  # of no other writer, and so this text is not there
        commits = Scribe(store, plan.measures, seed, alone=alone).commits()
        for _ in range(_COMMITS_BEFORE_COUNTING):
            next(commits)
        with counting_round_trips(store) as trips:
            next(commits)
    return trips[0]


def _row(turn: Turn, number: int, rounds: Sequence[WritingRound]) -> WritersRow:
    commits = sorted(seconds for each in rounds for seconds in each.commits)
    speeds = [each.commits_per_second for each in rounds]
    return WritersRow(
        turn=turn,
        writers=number,
        commits_per_second=statistics.median(speeds),
        lowest_per_second=min(speeds),
        highest_per_second=max(speeds),
        commit_seconds=statistics.median(commits),
        commit_seconds_p95=commits[len(commits) * 95 // 100],
        client_cpu_seconds=statistics.median(
            each.client_cpu_seconds / len(each.commits) for each in rounds
        ),
        server_cpu_seconds=_share((each.server_cpu_seconds, len(each.commits)) for each in rounds),
        log_bytes=_share((each.log_bytes, len(each.commits)) for each in rounds),
        connections=_share((each.connections, number) for each in rounds),
    )


def _share(parts: Iterable[tuple[float | None, int]]) -> float | None:
    """The median of what each has a share of; None where a whole is not known."""
    known = [whole / among for whole, among in parts if whole is not None]
    return statistics.median(known) if known else None
