"""The prose beside human bands: each metric as a strip, and window by window."""

from collections.abc import Sequence
from statistics import fmean

from textual.content import Content

from novelgen.text.prose_metrics.measuring import METRICS
from novelgen.text.prose_metrics.norms import Band
from novelgen.text.prose_metrics.quality import MetricQuality, QualityReport, side_of
from novelgen.tui.places.statistics.measuring import Measured
from novelgen.tui.places.statistics.section import Line, Section, muted

_STRIP = 21
"""Cells of a strip: a third below the band, a third in it, a third above."""
_NAME, _NARROW_NAME = 36, 29
_WIDE = 104
_ROOM_FOR_HEADING = 18
_HEIGHTS = "▁▂▃▄▅▆"
"""Of a window in its row; none as high as the line, so that rows stay apart."""
_MARKS = {-1: "-", 0: " ", 1: "+"}


class BandsSection(Section):
    """The metrics of the book."""

    TITLE = "The prose beside what people write"

    def __init__(self) -> None:
        super().__init__(id="statistics-bands")
        self.measured: Measured | None = None
        self.note = ""
        """What goes on with the measuring; empty when all is told."""

    def draw(self, width: int) -> Sequence[Line]:
        lines: list[Line] = [Content.styled(self.note, "$warning")] if self.note else []
        if self.measured is None:
            return lines
        report = self.measured.report
        if not report.words:
            return [*lines, "There are no words to measure yet."]
        return [*lines, *_headline(report), "", *_rows(report, width)]


def strip(value: float, band: Band, side: int) -> Content:
    """Where a value lies on a scale three bands wide, the band in its middle."""
    low, wide = _scale(band)
    share = (value - low) / (3 * wide)
    at = min(max(int(share * _STRIP), 0), _STRIP - 1)
    third = _STRIP // 3
    cells = ["·"] * third + ["━"] * third + ["·"] * third
    cells[at] = "◀" if share < 0 else "▶" if share > 1 else "●"
    colour = "$warning" if side else "$success"
    return Content.assemble(
        ("".join(cells[:at]), "$text-muted"),
        (cells[at], colour),
        ("".join(cells[at + 1 :]), "$text-muted"),
    )


def figure(value: float, key: str) -> str:
    """A metric's value with as many digits as say something."""
    return f"{value:.{0 if key == 'longest_repeat' else 1 if abs(value) >= 10 else 2}f}"


def _headline(report: QualityReport) -> list[Line]:
    norms = report.norms
    windows = len(report.whole_windows)
    lines: list[Line] = [
        muted(
            f"{report.words:,} words in windows of {norms.window_words:,}, beside "
            f"{norms.windows:,} windows of novels that people wrote"
        ),
        Content.assemble(
            ("! " if report.many_alarms else "", "bold $error"),
            f"{report.many_alarms:,} of {windows:,} windows have two or more alarms; of human ones "
            f"{norms.two_or_more_alarms:.1%}".replace("%", " %"),
        ),
    ]
    if report.is_short:
        lines.append(muted("The book fills no window yet: what is too little may be its length."))
    return lines


def _rows(report: QualityReport, width: int) -> list[Line]:
    name = _NAME if width >= _WIDE else _NARROW_NAME
    room = width - name - 8 - _STRIP - 9
    heading = f"{'':{name}}{'mean':>7}  {'human band':^{_STRIP}}{'inside':>8}"
    if room >= 8:
        heading += "  window by window" if room >= _ROOM_FOR_HEADING else ""
    lines: list[Line] = [muted(heading)]
    for key, metric in report.metrics().items():
        lines.append(_row(report, key, metric, name, room))
    return lines


def _row(report: QualityReport, key: str, metric: MetricQuality, name: int, room: int) -> Content:
    band = report.norms.bands[key]
    side = side_of(report.norms, key, metric.mean, min(report.words, report.norms.window_words))
    title = METRICS[key]
    if len(title) >= name:
        title = title.partition(" (")[0].partition(",")[0]
    parts: list[Content | str] = [
        f"{title:<{name}}{figure(metric.mean, key):>7}",
        Content.styled(_MARKS[side], "bold $warning"),
        " ",
        strip(metric.mean, band, side),
        f"{metric.inside:>7.0%}".replace("%", " %"),
    ]
    if room >= 8:
        parts += ["  ", _by_window(report, key, room - 2)]
    return Content.assemble(*parts)


def _by_window(report: QualityReport, key: str, cells: int) -> Content:
    """A character a window, or for some of them; those outside the band stand out."""
    band = report.norms.bands[key]
    low, wide = _scale(band)
    found = [
        (window.values[key], side_of(report.norms, key, window.values[key], window.words))
        for window in report.windows
        if key in window.values
    ]
    step = max(1, -(-len(found) // max(1, cells)))
    parts = []
    for at in range(0, len(found), step):
        some = found[at : at + step]
        height = min(max((fmean(value for value, _ in some) - low) / (3 * wide), 0.0), 1.0)
        is_outside = any(side for _, side in some)
        parts.append(
            (
                _HEIGHTS[round(height * (len(_HEIGHTS) - 1))],
                "$warning" if is_outside else "$text-muted",
            )
        )
    return Content.assemble(*parts)


def _scale(band: Band) -> tuple[float, float]:
    """Where a strip begins, and how wide the band is on it."""
    wide = (band.p95 - band.p5) or max(abs(band.p50), 1.0)
    return band.p5 - wide, wide
