"""The quality of a book beside human norms: windows, alarms, coherence, drift, chapters.

A book is read once, section by section; what is kept of it are figures and the passages that set
off alarms.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from novelgen.errors import UsageError
from novelgen.text.prose_metrics.alarms import MANY_ALARMS
from novelgen.text.prose_metrics.band_distance import side_that_counts, signed_distance
from novelgen.text.prose_metrics.coherence import BLOCK_WORDS, CoherenceBlock, CoherenceReader
from novelgen.text.prose_metrics.drift import Drift, DriftReader
from novelgen.text.prose_metrics.measuring import METRICS, Measured
from novelgen.text.prose_metrics.metric_words import metric_words
from novelgen.text.prose_metrics.norms import (
    LARGE_WINDOW,
    SMALL_WINDOW,
    Norms,
    norms_for,
    shipped_norms,
)
from novelgen.text.prose_metrics.offenders import MetricAlarm, alarms_in
from novelgen.text.prose_metrics.windows import (
    Place,
    Section,
    Window,
    WindowCutter,
    is_whole,
    windows_of,
)

Sections = Callable[[], Iterable[Section]]
"""A book chapter by chapter; every call reads it from its beginning."""

VARIETY = ("mtld", "mattr500")
"""Metrics whose upper side says that words are varied beyond what people do."""


@dataclass(frozen=True, slots=True)
class WindowQuality:
    """A window of the book."""

    number: int
    first_word: int
    words: int
    chapters: tuple[int, int]
    """In which it begins and ends."""
    is_whole: bool
    """Whether it counts in shares; what is left at the end of a book does not."""
    values: Mapping[str, float]
    alarms: tuple[MetricAlarm, ...]
    begins: Place
    """Where its first word stands."""

    @property
    def has_many_alarms(self) -> bool:
        """Whether two or more go off together."""
        return len(self.alarms) >= MANY_ALARMS


@dataclass(frozen=True, slots=True)
class ChapterQuality:
    """A chapter, by its own windows of 1,000 words: their medians."""

    number: int
    title: str
    words: int
    """Metrics' words."""
    windows: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MetricQuality:
    """A metric over the windows that count, beside its band."""

    mean: float
    inside: float
    """Share of the windows inside p5 to p95, 0 to 1."""
    below: float
    above: float


@dataclass(frozen=True, slots=True)
class QualityReport:
    """All that is known of a book without a judge; of one without words, nothing."""

    words: int
    """Metrics' words."""
    norms: Norms
    windows: tuple[WindowQuality, ...]
    chapters: tuple[ChapterQuality, ...]
    blocks: tuple[CoherenceBlock, ...]
    drift: Drift | None

    @property
    def whole_windows(self) -> list[WindowQuality]:
        """The windows that count."""
        return [window for window in self.windows if window.is_whole]

    @property
    def many_alarms(self) -> int:
        """How many windows that count have two or more alarms."""
        return sum(window.has_many_alarms for window in self.whole_windows)

    def share_of_many_alarms(self) -> float:
        """Share of the windows that count with two or more alarms, 0 to 1."""
        return self.many_alarms / max(1, len(self.whole_windows))

    def alarms_by_chapter(self) -> Counter[int]:
        """How many alarms have their worst passage, where it stands again, in each chapter."""
        return Counter(
            alarm.passages[0].again.chapter if alarm.passages else window.chapters[0]
            for window in self.windows
            for alarm in window.alarms
        )

    @property
    def is_short(self) -> bool:
        """Whether the book fills no window of the norms."""
        return self.words < self.norms.window_words

    def metrics(self) -> dict[str, MetricQuality]:
        """The metrics over the windows that count; none that no window has."""
        return {
            key: _over_windows(values, self._sides(key))
            for key in METRICS
            if (values := [w.values[key] for w in self.whole_windows if key in w.values])
        }

    def share_over_diverse(self) -> float:
        """Share of the windows that count with more variety than p95 of human ones, 0 to 1."""
        windows = self.whole_windows
        return sum(self.is_over_diverse(window) for window in windows) / max(1, len(windows))

    def is_over_diverse(self, window: WindowQuality) -> bool:
        return any(
            window.values[key] > self.norms.bands[key].p95
            for key in VARIETY
            if key in window.values
        )

    def _sides(self, key: str) -> list[int]:
        """For each window that has the metric -1 below its band, 1 above it, 0 inside."""
        return [
            side_of(self.norms, key, window.values[key], window.words)
            for window in self.whole_windows
            if key in window.values
        ]


def side_of(norms: Norms, key: str, value: float, words: int) -> int:
    """-1 below the band, 1 above it, 0 inside; of a short text only what length cannot explain."""
    signed = signed_distance(value, norms.bands[key])
    counts = side_that_counts(key, words, norms.window_words)
    return (signed > 0) - (signed < 0) if signed * counts >= 0 else 0


def choose_norms(sections: Sections, norms: Norms | None, window_words: int | None) -> Norms:
    """The norms to hold a book against: those given, or shipped ones that fit its length.

    Raises `UsageError` where there are none for windows of that size.
    """
    if norms is not None:
        if window_words not in (None, norms.window_words):
            raise UsageError(
                f"The norms are for windows of {norms.window_words:,} words, not {window_words:,}.",
                "Leave --window-words out, or make norms for that size with `novelgen eval norms`.",
            )
        return norms
    if window_words is None:
        return norms_for(_words_up_to(sections(), LARGE_WINDOW))
    if window_words not in (LARGE_WINDOW, SMALL_WINDOW):
        raise UsageError(
            f"No norms are shipped for windows of {window_words:,} words.",
            f"Use {LARGE_WINDOW} or {SMALL_WINDOW}, or make norms for that size with `novelgen "
            "eval norms` and name them with --norms.",
        )
    return shipped_norms(window_words)


def judge(
    sections: Iterable[Section], norms: Norms, *, with_coherence: bool = True
) -> QualityReport:
    """The report of a book, whose sections are its chapters.

    Without coherence it has no blocks; then no stemmer is loaded.
    """
    reader = _Reader(norms, CoherenceReader() if with_coherence else None)
    for section in sections:
        reader.read(section)
    return reader.report()


class _Reader:
    def __init__(self, norms: Norms, coherence: CoherenceReader | None) -> None:
        self._norms = norms
        self._coherence = coherence
        self._large = WindowCutter(norms.window_words)
        self._blocks = WindowCutter(BLOCK_WORDS)
        self._drift = DriftReader()
        self._windows: list[WindowQuality] = []
        self._coherent: list[CoherenceBlock] = []
        self._chapters: list[ChapterQuality] = []

    def read(self, section: Section) -> None:
        self._read_windows(self._large.add(section))
        if self._coherence is not None:
            self._read_blocks(self._coherence, self._blocks.add(section))
        self._drift.read(section)
        chapter = _chapter(section)
        if chapter is not None:
            self._chapters.append(chapter)

    def report(self) -> QualityReport:
        self._read_windows(self._large.rest())
        return QualityReport(
            words=sum(window.words for window in self._windows),
            norms=self._norms,
            windows=tuple(self._windows),
            chapters=tuple(self._chapters),
            blocks=tuple(self._coherent),
            drift=self._drift.drift(),
        )

    def _read_windows(self, windows: Iterator[Window]) -> None:
        for window in windows:
            measured = window.measure()
            self._windows.append(
                WindowQuality(
                    window.number,
                    window.first_word,
                    len(window.words),
                    window.chapters,
                    is_whole(window, self._norms.window_words),
                    measured.values,
                    alarms_in(window, measured),
                    window.place(0, 1),
                )
            )

    def _read_blocks(self, coherence: CoherenceReader, windows: Iterator[Window]) -> None:
        for window in windows:
            block = coherence.read(window)
            if block is not None:
                self._coherent.append(block)


def _chapter(section: Section) -> ChapterQuality | None:
    words = 0
    measured: list[Measured] = []
    for window in windows_of([section], SMALL_WINDOW):
        words += len(window.words)
        if is_whole(window, SMALL_WINDOW):
            measured.append(window.measure())
    if not measured:
        return None
    values = _medians(measured)
    return ChapterQuality(section.chapter, section.title, words, len(measured), values)


def _medians(measured: Sequence[Measured]) -> dict[str, float]:
    return {
        key: median(values)
        for key in METRICS
        if (values := [each.values[key] for each in measured if key in each.values])
    }


def _over_windows(values: Sequence[float], sides: Sequence[int]) -> MetricQuality:
    below, above = sides.count(-1) / len(sides), sides.count(1) / len(sides)
    inside = sides.count(0) / len(sides)
    return MetricQuality(fmean(values), inside, below, above)


def _words_up_to(sections: Iterable[Section], enough: int) -> int:
    words = 0
    for section in sections:
        words += len(metric_words(section.text))
        if words >= enough:
            break
    return words
