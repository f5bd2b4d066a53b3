"""How far a pull has come, as values. Whoever shows it decides how."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What a pull is doing."""

    WAIT = "wait"
    """Another process is fetching the same model."""
    DOWNLOAD = "download"
    CHECK = "check"
    CONVERT = "convert"
    SAVE = "save"
    DONE = "done"


_BEGINS = {
    Stage.WAIT: 0.0,
    Stage.DOWNLOAD: 0.0,
    Stage.CHECK: 0.30,
    Stage.CONVERT: 0.32,
    Stage.SAVE: 0.96,
    Stage.DONE: 1.0,
}
_ENDS = {
    Stage.WAIT: 0.0,
    Stage.DOWNLOAD: 0.30,
    Stage.CHECK: 0.32,
    Stage.CONVERT: 0.96,
    Stage.SAVE: 1.0,
    Stage.DONE: 1.0,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull has come."""

    stage: Stage
    fraction: float
    """Of this stage, 0 to 1."""
    bytes_done: int = 0
    """Only while bytes are counted (download, check); else both are 0."""
    bytes_total: int = 0

    @property
    def overall(self) -> float:
        """Of the whole pull, 0 to 1; never falls."""
        begin, end = _BEGINS[self.stage], _ENDS[self.stage]
        return begin + (end - begin) * self.fraction


OnProgress = Callable[[Progress], None]


def ignore_progress(_: Progress) -> None:
    """The callback of those who do not watch."""


def bytes_reporter(stage: Stage, total: int, on_progress: OnProgress) -> Callable[[int], None]:
    """A callback for bytes done that reports `stage`, at most once for each hundredth."""
    last = -1

    def report(done: int) -> None:
        nonlocal last
        fraction = min(1.0, done / total) if total else 1.0
        if int(fraction * 100) != last:
            last = int(fraction * 100)
            on_progress(Progress(stage, fraction, min(done, total), total))

    return report
