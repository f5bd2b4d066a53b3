"""The report of `eval memory` as plain tables for a terminal."""

from collections.abc import Iterator

from novelgen.cli.output import columns
from novelgen.evaluation.confidence import Interval
from novelgen.evaluation.memory_readings import COMPARED, Reading
from novelgen.evaluation.memory_report import Comparison, MemoryReport, TailReport

_NAMES = {
    Reading.TRUE: "true memory",
    Reading.RESET: "initial memory",
    Reading.OTHER_BOOK: "another book's memory",
    Reading.CONTROL: "control without memory",
    Reading.FULL_CONTEXT: "full context",
}
_VERSUS = {
    Reading.RESET: "vs initial",
    Reading.OTHER_BOOK: "vs other book",
    Reading.CONTROL: "vs control",
}


def memory_tables(report: MemoryReport) -> Iterator[str]:
    """The lines to print, set by set."""
    yield (
        f"{report.num_mem_tokens} memory slots, segments of {report.segment_size} tokens, "
        f"{len(report.books)} books; nats a token, 95 % intervals over books"
    )
    yield from _tail_lines(report.memory_alone, "Memory alone")
    if report.with_tail:
        title = f"Memory and a verbatim tail of {report.with_tail.tail_tokens} tokens"
        yield from _tail_lines(report.with_tail, title)


def _tail_lines(report: TailReport, title: str) -> Iterator[str]:
    yield from ("", title, "", _overall(report.overall))
    for bare, name in ((Reading.RESET, "initial memory"), (Reading.CONTROL, "control")):
        if bare in report.overall.gap:
            share = _gap_share(report.overall, bare)
            yield f"Share of the gap from {name} to full context that memory closes: {share}"
    by_segment = [(f"{part.number}", part.comparison) for part in report.by_segment]
    by_position = [(f"{part.first}-{part.last}", part.comparison) for part in report.by_position]
    yield from ("", _gains("segment", by_segment), "", _gains("tokens", by_position))


def _gap_share(comparison: Comparison, bare: Reading) -> str:
    share = comparison.gap_share_from(bare)
    if share is not None:
        return f"{share:.1%}"
    if comparison.gap[bare].high < 0:
        return "no gap, full context is worse"
    return "gap not distinguishable from 0"


def _overall(comparison: Comparison) -> str:
    rows = [
        [_NAMES[reading], f"{comparison.nats[reading]:.4f}", *_gain(comparison.gain.get(reading))]
        for reading in Reading
        if reading in comparison.nats
    ]
    headers = ["read with", "nats", "gain of true memory", "95 % interval"]
    return columns(headers, rows, right=(1, 2, 3))


def _gains(what: str, parts: list[tuple[str, Comparison]]) -> str:
    compared = [other for other in COMPARED if other in parts[0][1].gain]
    headers = [what, "nats"]
    for other in compared:
        headers += [_VERSUS[other], "95 % interval"]
    rows = []
    for label, comparison in parts:
        row = [label, f"{comparison.nats[Reading.TRUE]:.4f}"]
        for other in compared:
            row += _gain(comparison.gain[other])
        rows.append(row)
    return columns(headers, rows, right=tuple(range(len(headers))))


def _gain(interval: Interval | None) -> list[str]:
    if interval is None:
        return ["", ""]
    return [f"{interval.mean:+.4f}", f"{interval.low:+.4f} to {interval.high:+.4f}"]
