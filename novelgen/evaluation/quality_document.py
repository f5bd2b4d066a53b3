"""The quality of a book as a JSON document. Its keys are a contract with other programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from novelgen.text.prose_metrics.coherence import (
    RANGES,
    CoherenceBlock,
    CoherenceFigure,
    share_inside,
)
from novelgen.text.prose_metrics.drift import Drift
from novelgen.text.prose_metrics.offenders import MetricAlarm, OffendingPassage
from novelgen.text.prose_metrics.quality import ChapterQuality, QualityReport, WindowQuality

_DECIMALS = 4


def quality_document(report: QualityReport) -> dict[str, Any]:
    """The document. Shares are from 0 to 1; windows that do not count are in `by_window` alone."""
    windows = report.whole_windows
    return {
        "words": report.words,
        "windows": len(windows),
        "window_words": report.norms.window_words,
        "is_shorter_than_a_window": report.is_short,
        "two_or_more_alarms": _rounded(report.share_of_many_alarms()),
        "windows_with_two_or_more_alarms": report.many_alarms,
        "over_diverse": _rounded(report.share_over_diverse()),
        "metrics": {
            key: {
                **{name: _rounded(value) for name, value in asdict(metric).items()},
                "band": asdict(report.norms.bands[key]),
            }
            for key, metric in report.metrics().items()
        },
        "alarms": [_alarm(window, alarm) for window in report.windows for alarm in window.alarms],
        "coherence": coherence_document(report.blocks),
        "drift": None if report.drift is None else drift_document(report.drift),
        "norms": {
            "window_words": report.norms.window_words,
            "windows": report.norms.windows,
            "two_or_more_alarms": report.norms.two_or_more_alarms,
        },
        "by_window": [_window(window) for window in report.windows],
        "chapters": [chapter_document(chapter) for chapter in report.chapters],
    }


def coherence_document(blocks: Sequence[CoherenceBlock]) -> dict[str, Any]:
    """The figures of coherence over blocks, with the ranges that they are held against."""
    return {
        "blocks": len(blocks),
        "inside_all": _share(sum(block.is_inside() for block in blocks), len(blocks)),
        "figures": {figure.value: _figure(blocks, figure) for figure in CoherenceFigure},
        "by_block": [
            {
                "block": block.number,
                "chapter": block.chapter,
                **{figure.value: _rounded(value) for figure, value in block.figures.items()},
            }
            for block in blocks
        ],
    }


def drift_document(drift: Drift) -> dict[str, Any]:
    """The metrics of the first and last chapters, and how many times the first the last are."""
    return {
        "words": drift.words,
        "metrics": {
            key: {
                "first": _rounded(value),
                "last": _rounded(drift.last[key]),
                "ratio": None if (ratio := drift.ratio(key)) is None else _rounded(ratio),
            }
            for key, value in drift.first.items()
            if key in drift.last
        },
    }


def chapter_document(chapter: ChapterQuality) -> dict[str, Any]:
    """A chapter's metrics: medians over its windows of 1,000 words. `words` are the metrics'."""
    return {
        "number": chapter.number,
        "title": chapter.title,
        "words": chapter.words,
        "windows": chapter.windows,
        "values": _values(chapter.values),
    }


def mean_of(blocks: Sequence[CoherenceBlock], figure: CoherenceFigure) -> float | None:
    """The mean of a figure over the blocks that have it; None where none has."""
    values = [block.figures[figure] for block in blocks if figure in block.figures]
    return fmean(values) if values else None


def _figure(blocks: Sequence[CoherenceBlock], figure: CoherenceFigure) -> dict[str, Any]:
    inside, mean = share_inside(blocks, figure), mean_of(blocks, figure)
    return {
        "mean": None if mean is None else _rounded(mean),
        "inside": None if inside is None else _rounded(inside),
        "low": RANGES[figure].low,
        "high": RANGES[figure].high,
    }


def _window(window: WindowQuality) -> dict[str, Any]:
    return {
        "number": window.number,
        "first_word": window.first_word,
        "words": window.words,
        "first_chapter": window.chapters[0],
        "last_chapter": window.chapters[1],
        "counts": window.is_whole,
        "alarms": [alarm.metric for alarm in window.alarms],
        "values": _values(window.values),
    }


def _alarm(window: WindowQuality, alarm: MetricAlarm) -> dict[str, Any]:
    return {
        "window": window.number,
        "metric": alarm.metric,
        "value": _rounded(alarm.value),
        "limit": alarm.limit,
        "passages": [_passage(passage) for passage in alarm.passages],
    }


def _passage(passage: OffendingPassage) -> dict[str, Any]:
    return {
        "text": passage.text,
        "words": passage.words,
        "times": passage.times,
        "first": asdict(passage.first),
        "again": asdict(passage.again),
    }


def _values(values: Mapping[str, float]) -> dict[str, float]:
    return {key: _rounded(value) for key, value in values.items()}


def _share(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(value: float) -> float:
    return round(value, _DECIMALS)
