"""Several texts in one table: what matters of the quality of each, and what it took to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from novelgen.cli.output import columns
from novelgen.text.prose_metrics.quality import QualityReport

if TYPE_CHECKING:
    from novelgen.manuscript.statistics import DrawingFigures

_HEADERS = [
    "text",
    "words",
    "windows",
    "2+ alarms",
    "MTLD",
    "MATTR",
    "sentences",
    "coherent",
    "rep4",
    "tokens drawn per kept",
    "passages redrawn",
]
_EXPLAINED = (
    "2+ alarms: windows with two or more. MTLD, MATTR, sentences (variation of length): windows "
    "inside the human band. Coherent: blocks of 1,000 words inside all ranges. rep4: repeated runs "
    "of 4 words, mean over windows."
)


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A text of the table; `drawing` is known of novels alone."""

    name: str
    report: QualityReport
    drawing: "DrawingFigures | None" = None


def comparison_lines(texts: Sequence[ComparedText]) -> list[str]:
    """The table, and what its columns say."""
    rows = [_row(text) for text in texts]
    return [columns(_HEADERS, rows, right=tuple(range(1, len(_HEADERS)))), "", _EXPLAINED]


def comparison_document(texts: Sequence[ComparedText]) -> list[dict[str, Any]]:
    """The rows for other programs. Shares are from 0 to 1; None where there is nothing to share."""
    return [{"text": text.name, **_figures(text)} for text in texts]


def _figures(text: ComparedText) -> dict[str, Any]:
    report, drawing = text.report, text.drawing
    metrics = report.metrics()
    blocks = report.blocks
    inside = {key: metrics[key].inside if key in metrics else None for key in _INSIDE}
    kept = drawing.share_kept if drawing else None
    return {
        "words": report.words,
        "windows": len(report.whole_windows),
        "two_or_more_alarms": report.share_of_many_alarms(),
        **{f"{key}_inside": value for key, value in inside.items()},
        "coherent": sum(block.is_inside() for block in blocks) / len(blocks) if blocks else None,
        "rep4": metrics["rep4"].mean if "rep4" in metrics else None,
        "tokens_drawn_per_kept": 1 / kept if kept else None,
        "passages_redrawn": (
            drawing.redrawn / drawing.passages if drawing and drawing.passages else None
        ),
    }


_INSIDE = ("mtld", "mattr500", "sent_cv")


def _row(text: ComparedText) -> list[str]:
    figures = _figures(text)
    shares = ["two_or_more_alarms", *(f"{key}_inside" for key in _INSIDE), "coherent"]
    return [
        text.name,
        f"{figures['words']:,}",
        str(figures["windows"]),
        *(_percent(figures[key]) for key in shares),
        _number(figures["rep4"]),
        _number(figures["tokens_drawn_per_kept"]),
        _percent(figures["passages_redrawn"]),
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
