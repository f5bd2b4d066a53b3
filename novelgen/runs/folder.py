"""The files of runs, below the state directory: logs of workers, and live streams.

None of them is needed to go on writing; each may be deleted at any time.
"""

from contextlib import suppress
from pathlib import Path

from novelgen.paths import Paths


def runs_folder(paths: Paths) -> Path:
    return paths.state / "runs"


def worker_log(paths: Paths, novel_id: str) -> Path:
    """What the workers of a novel printed, the last one at the end."""
    return runs_folder(paths) / f"{novel_id}.log"


def live_file(paths: Paths, run_id: str) -> Path:
    """What a run is drawing at this moment; it is there while the run lives."""
    return runs_folder(paths) / f"{run_id}.live"


def remove_live_file(paths: Paths, run_id: str) -> None:
    """Take away the stream of a run that is no more."""
    with suppress(OSError):
        live_file(paths, run_id).unlink(missing_ok=True)
