"""One of the writers of `bench storage --writers`: a process of its own, with a novel of its own.

    python -m novelgen.bench.writing_process

It is told what to do by one line of JSON on stdin, says "ready" when its novel is there, and
begins at the next line. What it measured is one line of JSON on stdout. It keeps its connections
until stdin ends, so that the server can be asked what it spent on them.
"""

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass

from novelgen.bench.scribe import Measures, Scribe
from novelgen.generation.retention import Retention
from storage.store import open_store

_WARM_UP = 20
"""Commits that are not measured: prepared statements and caches are made in them."""


@dataclass(frozen=True, slots=True)
class WritingOrder:
    """What a writer is to do."""

    url: str
    takes_database_turn: bool
    seconds: float
    words_per_segment: int
    snapshot_bytes: int
    keyframe_interval: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class WritingResult:
    """What a writer measured."""

    commits: list[float]
    """Seconds of each commit."""
    seconds: float
    """From the first commit to the last."""
    cpu_seconds: float
    """Of this process meanwhile, what the text is made with included."""


def main() -> None:
    """Obey the order on stdin."""
    order = WritingOrder(**json.loads(sys.stdin.readline()))
    measures = Measures(
        order.words_per_segment,
        order.snapshot_bytes,
        Retention(order.keyframe_interval),
        tells=True,
    )
    with open_store(order.url, create=False, busy_timeout_seconds=120) as store:
        scribe = Scribe(store, measures, order.seed, alone=order.takes_database_turn)
        commits = scribe.commits()
        for _ in range(_WARM_UP):
            next(commits)
        _say("ready")
        if not sys.stdin.readline():
            return  # whoever gave the order is gone
        begin, cpu, taken = time.perf_counter(), _cpu_seconds(), []
        while time.perf_counter() - begin < order.seconds:
            taken.append(next(commits))
        result = WritingResult(taken, time.perf_counter() - begin, _cpu_seconds() - cpu)
        _say(json.dumps(asdict(result)))
        sys.stdin.read()


def _cpu_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
