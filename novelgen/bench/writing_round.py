"""Writers that work at once, each a process of its own, and what they and their server spent."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass

import psutil

from novelgen.bench.writing_process import WritingOrder, WritingResult
from novelgen.errors import StorageError
from storage.engine import database_path
from storage.postgresql.measuring import ServerFigures, server_figures

_COMMAND = (sys.executable, "-m", "novelgen.bench.writing_process")


@dataclass(frozen=True, slots=True)
class WritingRound:
    """What writers did at once. None is what cannot be known."""

    results: tuple[WritingResult, ...]
    server_cpu_seconds: float | None
    """Of the processes of a server on this machine."""
    log_bytes: int | None
    """Of write-ahead log."""
    connections: int | None

    @property
    def commits(self) -> list[float]:
        """Seconds of each commit."""
        return [seconds for result in self.results for seconds in result.commits]

    @property
    def commits_per_second(self) -> float:
        return sum(len(result.commits) / result.seconds for result in self.results)

    @property
    def client_cpu_seconds(self) -> float:
        """Of the writers together."""
        return sum(result.cpu_seconds for result in self.results)


def measure_round(orders: Sequence[WritingOrder]) -> WritingRound:
    """Start a writer for each order and let all of them begin at once.

    Nothing is asked of the server while they work. Raises `StorageError` when a writer fails; what
    it had to say is on stderr.
    """
    url = orders[0].url
    with ExitStack() as stack:
        writers = [stack.enter_context(_writer(order)) for order in orders]
        for writer in writers:
            _next_line(writer)
        before, spent_before = _figures(url)
        for writer in writers:
            _tell(writer, "go")
        results = tuple(WritingResult(**json.loads(_next_line(writer))) for writer in writers)
        after, spent_after = _figures(url)
    if before is None or after is None:
        return WritingRound(results, None, None, None)
    spent = sum(spent_after[pid] - spent_before.get(pid, 0.0) for pid in spent_after)
    return WritingRound(
        results,
        spent if spent_after else None,
        after.log_bytes - before.log_bytes,
        after.connections,
    )


@contextmanager
def _writer(order: WritingOrder) -> "Iterator[subprocess.Popen[str]]":
    """A writer at work; it ends with the block, when its stdin does."""
    with subprocess.Popen(
        _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            _tell(process, json.dumps(asdict(order)))
            yield process
        except BaseException:
            process.kill()
            raise


def _tell(writer: "subprocess.Popen[str]", line: str) -> None:
    assert writer.stdin is not None
    writer.stdin.write(f"{line}\n")
    writer.stdin.flush()


def _next_line(writer: "subprocess.Popen[str]") -> str:
    assert writer.stdout is not None
    line = writer.stdout.readline()
    if not line:
        raise StorageError(
            "A writer ended before it had measured anything.", "See what it said above."
        )
    return line


def _figures(url: str) -> tuple[ServerFigures | None, dict[int, float]]:
    """What the server says, and the CPU seconds of those of its processes that are here."""
    if database_path(url) is not None:
        return None, {}
    figures = server_figures(url)
    spent: dict[int, float] = {}
    for process_id in figures.process_ids:
        try:
            process = psutil.Process(process_id)
            if process.name().startswith("postgres"):
                times = process.cpu_times()
                spent[process_id] = times.user + times.system
        except psutil.Error:
            continue  # on another machine, or ended
    return figures, spent
