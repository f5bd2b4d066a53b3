"""The quality of a book as plain tables for a terminal: alarms first."""

from collections.abc import Iterator, Mapping, Sequence

from novelgen.cli.output import columns
from novelgen.evaluation.quality_document import mean_of
from novelgen.text.prose_metrics.coherence import RANGES, CoherenceFigure, share_inside
from novelgen.text.prose_metrics.measuring import METRICS
from novelgen.text.prose_metrics.offenders import MetricAlarm, OffendingPassage
from novelgen.text.prose_metrics.quality import QualityReport, WindowQuality, side_of
from novelgen.text.prose_metrics.windows import Place

_WINDOWS_SHOWN = 40
_ALARMING_SHOWN = 20
_QUOTED_CHARS = 120
_MARKS = {-1: "-", 0: " ", 1: "+"}
_COHERENCE = {
    CoherenceFigure.COSINE: "content words shared with the block before (cosine)",
    CoherenceFigure.SEEN_NAMES: "uses of names that were seen before",
    CoherenceFigure.NEW_NAMES: "new names in a block",
}
_DRIFTING = ("rep4", "dup8_per_1k", "zlib", "distinct1", "mtld", "sent_mean", "sent_cv", "dialogue")


def quality_lines(report: QualityReport, name: str) -> Iterator[str]:
    """The lines to print of a whole report."""
    yield _headline(report, name)
    if report.is_short:
        yield (
            f"The text fills no window of {report.norms.window_words:,} words, which the bands are "
            "for: only what a short text cannot be excused for counts as outside."
        )
    yield ""
    yield from alarm_lines(report)
    yield from ("", _metric_table(report), "", _variety_line(report))
    yield from _coherence_lines(report)
    yield from _drift_lines(report)
    yield from _window_lines(report)


def alarm_lines(report: QualityReport) -> Iterator[str]:
    """Which windows alarms go off for, and the passages that set them off."""
    windows = report.whole_windows
    human = report.norms.two_or_more_alarms
    share, many = report.share_of_many_alarms(), report.many_alarms
    yield (
        f"{many:,} of {len(windows):,} windows ({share:.1%}) have two or more alarms; of human "
        f"ones {human:.1%}."
    )
    alarming = [window for window in report.windows if window.alarms]
    alarming.sort(key=lambda window: (-len(window.alarms), window.number))
    for window in alarming[:_ALARMING_SHOWN]:
        yield _window_alarms(window)
        for passage in _passages(window.alarms):
            yield from _passage_lines(passage)
    if len(alarming) > _ALARMING_SHOWN:
        yield f"{len(alarming) - _ALARMING_SHOWN:,} more windows with alarms; --json has them all."


def signed(value: float, key: str, side: int) -> str:
    """A figure with `+` behind it where it is above its band, `-` below."""
    digits = 0 if key == "longest_repeat" else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f}{_MARKS[side]}"


def _headline(report: QualityReport, name: str) -> str:
    norms = report.norms
    return (
        f"{name}: {report.words:,} words in windows of {norms.window_words:,}, beside "
        f"{norms.windows:,} windows of novels that people wrote"
    )


def _window_alarms(window: WindowQuality) -> str:
    alarms = ", ".join(
        f"{METRICS[alarm.metric]} {signed(alarm.value, alarm.metric, 0).strip()} "
        f"(limit {alarm.limit:g})"
        for alarm in window.alarms
    )
    rest = "" if window.is_whole else f", the last {window.words:,} words"
    return f"  window {window.number} ({_chapters(window)}{rest}): {alarms}"


def _chapters(window: WindowQuality) -> str:
    first, last = window.chapters
    return f"chapter {first}" if first == last else f"chapters {first}-{last}"


def _passages(alarms: Sequence[MetricAlarm]) -> list[OffendingPassage]:
    """The passages of a window's alarms, each once."""
    return list(dict.fromkeys(passage for alarm in alarms for passage in alarm.passages))


def _passage_lines(passage: OffendingPassage) -> Iterator[str]:
    text = passage.text
    if len(text) > _QUOTED_CHARS:
        text = text[:_QUOTED_CHARS].rsplit(" ", 1)[0] + " …"
    yield f"    “{text}”"
    yield (
        f"      {passage.words} words, {passage.times} times: {_place(passage.first)}; "
        f"again {_place(passage.again)}"
    )


def _place(place: Place) -> str:
    return f"chapter {place.chapter}, paragraph {place.paragraph}, character {place.start:,}"


def _metric_table(report: QualityReport) -> str:
    rows = []
    for key, metric in report.metrics().items():
        band = report.norms.bands[key]
        rows.append(
            [
                METRICS[key],
                signed(metric.mean, key, 0).strip(),
                *(signed(value, key, 0).strip() for value in (band.p5, band.p50, band.p95)),
                f"{metric.inside:.0%}",
                f"{metric.below:.0%}",
                f"{metric.above:.0%}",
            ]
        )
    headers = ["metric", "mean", "p5", "median", "p95", "inside", "below", "above"]
    return columns(headers, rows, right=tuple(range(1, len(headers))))


def _variety_line(report: QualityReport) -> str:
    return (
        f"{report.share_over_diverse():.0%} of the windows are more varied in words than 95 % of "
        "human ones (MTLD or MATTR above the band)."
    )


def _coherence_lines(report: QualityReport) -> Iterator[str]:
    if not report.blocks:
        yield from ("", "Coherence is told of texts of 2,000 words and more.")
        return
    rows = []
    for figure in CoherenceFigure:
        inside, mean = share_inside(report.blocks, figure), mean_of(report.blocks, figure)
        if inside is None or mean is None:
            continue
        ends = RANGES[figure]
        ranged = f"{ends.low:g} to {ends.high:g}"
        rows.append([_COHERENCE[figure], f"{mean:.2f}", ranged, f"{inside:.0%}"])
    together = sum(block.is_inside() for block in report.blocks) / len(report.blocks)
    yield from ("", f"Coherence over {len(report.blocks):,} blocks of 1,000 words", "")
    yield columns(["", "mean", "range", "blocks inside"], rows, right=(1, 2, 3))
    yield f"{together:.0%} of the blocks are inside all ranges."


def _drift_lines(report: QualityReport) -> Iterator[str]:
    drift = report.drift
    if drift is None:
        yield from ("", "Drift is told of books of four chapters and more.")
        return
    rows = []
    for key in _DRIFTING:
        if key in drift.first and key in drift.last:
            ratio = drift.ratio(key)
            first, last = (signed(each[key], key, 0).strip() for each in (drift.first, drift.last))
            rows.append([METRICS[key], first, last, "" if ratio is None else f"{ratio:.2f}"])
    yield from ("", f"Drift, over {drift.words:,} words at each end", "")
    yield columns(["", "first two chapters", "last two", "times"], rows, right=(1, 2, 3))


def _window_lines(report: QualityReport) -> Iterator[str]:
    """A line a window; of many windows those that are furthest from the bands."""
    windows = sorted(report.windows, key=lambda window: (-_outside(report, window), window.number))
    shown = sorted(windows[:_WINDOWS_SHOWN], key=lambda window: window.number)
    keys = list(METRICS)
    rows = [
        [
            str(window.number) + ("" if window.is_whole else " (rest)"),
            _chapters(window).removeprefix("chapters ").removeprefix("chapter "),
            *_cells(report, window.values, window.words),
            str(len(window.alarms) or ""),
        ]
        for window in shown
    ]
    yield from ("", "Windows; + is above the band, - below it", "")
    yield columns(["", "chapters", *keys, "alarms"], rows, right=tuple(range(2, len(keys) + 3)))
    if len(windows) > len(shown):
        yield f"The {len(shown)} furthest from the bands of {len(windows):,}; --json has them all."


def _cells(report: QualityReport, values: Mapping[str, float], words: int) -> list[str]:
    return [
        signed(values[key], key, side_of(report.norms, key, values[key], words))
        if key in values
        else ""
        for key in METRICS
    ]


def _outside(report: QualityReport, window: WindowQuality) -> int:
    """How many metrics are outside their bands; alarms weigh more than all of them."""
    sides = sum(
        side_of(report.norms, key, value, window.words) != 0 for key, value in window.values.items()
    )
    return sides + len(window.alarms) * len(METRICS)
