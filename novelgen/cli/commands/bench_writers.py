"""What `novelgen bench storage --writers` reads and says; the command is in `bench_storage`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from novelgen.cli.output import columns
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bench.writers import WritersReport, WritersRow

_MOST_WRITERS = 256


def read_writers(text: str, option: str = "--writers") -> list[int]:
    """The numbers of writers that an option names. Raises `UsageError`."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= _MOST_WRITERS for part in parts):
        raise UsageError(
            f"{option} {text!r} is no list of numbers from 1 to {_MOST_WRITERS}.",
            "Write it as 1,4,16.",
        )
    return sorted({int(part) for part in parts})


def writers_lines(report: "WritersReport") -> Iterator[str]:
    """The report as a table."""
    settings = ", ".join(f"{name} {value}" for name, value in report.settings.items())
    yield f"{report.cores} cores" + (f"; PostgreSQL: {settings}" if settings else "; SQLite")
    trips = ", ".join(f"{trips} ({turn.value} turn)" for turn, trips in report.round_trips.items())
    yield (
        f"A segment takes {report.segment_bytes / 1e3:.1f} kB in the database"
        + (f", and its commit so many round trips: {trips}" if trips else "")
    )
    yield ""
    heads = [
        "Turn", "Writers", "Commits/s", "Lowest-highest", "Median ms", "p95 ms",
        "Client CPU ms", "Server CPU ms", "WAL kB", "Connections",
    ]  # fmt: skip
    yield columns(heads, [_cells(row) for row in report.rows], right=range(1, len(heads)))


def writers_document(report: "WritersReport") -> dict[str, Any]:
    """The report for programs; what cannot be known is null."""
    return {
        "cores": report.cores,
        "server": dict(report.settings),
        "segment_bytes": round(report.segment_bytes),
        "round_trips": {turn.value: trips for turn, trips in report.round_trips.items()},
        "rows": [
            {
                "turn": row.turn.value,
                "writers": row.writers,
                "commits_per_second": round(row.commits_per_second, 1),
                "lowest_per_second": round(row.lowest_per_second, 1),
                "highest_per_second": round(row.highest_per_second, 1),
                "commit_ms": round(row.commit_seconds * 1e3, 3),
                "commit_p95_ms": round(row.commit_seconds_p95 * 1e3, 3),
                "client_cpu_ms": round(row.client_cpu_seconds * 1e3, 3),
                "server_cpu_ms": _rounded(row.server_cpu_seconds, 1e3, 3),
                "wal_bytes": _rounded(row.log_bytes, 1, 0),
                "connections": _rounded(row.connections, 1, 2),
            }
            for row in report.rows
        ],
    }


def _cells(row: "WritersRow") -> list[str]:
    return [
        row.turn.value,
        str(row.writers),
        f"{row.commits_per_second:.0f}",
        f"{row.lowest_per_second:.0f}-{row.highest_per_second:.0f}",
        f"{row.commit_seconds * 1e3:.1f}",
        f"{row.commit_seconds_p95 * 1e3:.1f}",
        f"{row.client_cpu_seconds * 1e3:.1f}",
        _shown(row.server_cpu_seconds, 1e3),
        _shown(row.log_bytes, 1e-3),
        _shown(row.connections, 1),
    ]


def _shown(value: float | None, factor: float) -> str:
    return "-" if value is None else f"{value * factor:.1f}"


def _rounded(value: float | None, factor: float, digits: int) -> float | None:
    return None if value is None else round(value * factor, digits)
