"""Measures the prose of a novel, chapter by chapter, and can be called off between two of them.

The figures are those of `novelgen stats`: the same windows, bands and alarms.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.text.prose_metrics.quality import QualityReport, choose_norms, judge
from novelgen.text.prose_metrics.windows import Section
from novelgen.tui.places.statistics.reading import TextVersion


@dataclass(frozen=True, slots=True)
class Measured:
    """The prose of a novel, measured."""

    report: QualityReport
    text: TextVersion
    """Of what was measured."""
    seconds: float


class CalledOff(Exception):
    """Nobody wants the figures any more."""


class Measuring:
    """One measuring of a novel, carried out in a thread."""

    def __init__(
        self, novel_id: str, text: TextVersion, tell: Callable[[int, int], object]
    ) -> None:
        """`tell` is given, from the thread, how many chapters of how many are read."""
        self._novel_id = novel_id
        self.text = text
        self._tell = tell
        self._is_off = threading.Event()

    def call_off(self) -> None:
        self._is_off.set()

    def carry_out(self, workbench: Workbench) -> Measured | None:
        """The measured prose; None when it was called off."""
        began = time.monotonic()
        sections = workbench.sections(self._novel_id)
        try:
            norms = choose_norms(sections, None, None)
            report = judge(self._counted(sections()), norms, with_coherence=False)
        except CalledOff:
            return None
        return Measured(report, self.text, time.monotonic() - began)

    def _counted(self, sections: Iterable[Section]) -> Iterator[Section]:
        for number, section in enumerate(sections, 1):
            if self._is_off.is_set():
                raise CalledOff
            yield section
            self._tell(number, len(self.text))
