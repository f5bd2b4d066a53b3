"""Two novels for a tiny model in the queue of a fleet, and who writes them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import psutil

from novelgen.bootstrap import NovelRequest, Workbench
from novelgen.config import Settings
from novelgen.fleet.terms import WriteTerms
from novelgen.fleet.watch import LeaveSignal
from novelgen.paths import resolve_paths
from storage.fleet_records import WorkerRecord
from tests.conftest import REPOSITORY

_UNTIL_WORDS = 40
_SECONDS_TO_WRITE = 300.0
_SECONDS_TO_END = 60.0

Found = TypeVar("Found")


class TinyFleet:
    """A home in a folder, a database of its own, and the novels in its queue."""

    def __init__(self, folder: Path, url: str, model: Path) -> None:
        self._folder = folder
        self._settings = {
            "database_url": url,
            "model": str(model),
            "adapter": "none",
            "dtype": "float32",
            "segment_size": 32,
        }
        # As several processes have them, which share no other weights than the model's own.
        whole = Settings(**self._settings, quantization="none")  # type: ignore[arg-type]
        self.workbench = Workbench(resolve_paths(folder / "home"), whole)
        requests = [NovelRequest(title, "", "A keeper.", 200, seed=3) for title in ("Ada", "Bea")]
        self.novels = self.workbench.fleet.create(requests, WriteTerms(_UNTIL_WORDS))

    def write_alone(self) -> list[str]:
        """Be one worker of one process, here, until all is done; what is written then."""
        self.workbench.fleet.workers.work(
            "alone", LeaveSignal(), lambda _said: None, leaves_when_done=True
        )
        return self.texts()

    def texts(self) -> list[str]:
        found = []
        with self.workbench.store.reading() as work:
            for novel in self.novels:
                chapters = work.chapters.of_branch(novel.active_branch_id)
                found.append(
                    "\n\n".join(work.texts.of_revision(each.revision.id) for each in chapters)
                )
        return found

    def begin(self, module: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Begin a module of the tests, which finds the settings in its environment."""
        kept = {name: it for name, it in os.environ.items() if not name.startswith("NOVELGEN_")}
        settings = {f"NOVELGEN_{name.upper()}": str(it) for name, it in self._settings.items()}
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=REPOSITORY,
            env={
                **kept,
                **settings,
                "NOVELGEN_HOME": str(self._folder / "home"),
                "NOVELGEN_PLACEMENT": "tensor",
                "PYTHONPATH": str(REPOSITORY),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def log(self) -> str:
        return self.workbench.paths.log_file.read_text()

    def someone_in_the_middle(self, is_going_on: Callable[[], bool]) -> WorkerRecord:
        """Who has committed a segment of a novel and writes on; waits for it."""

        def look() -> WorkerRecord | None:
            assert is_going_on(), "it has ended"
            tasks = self.workbench.fleet.standing().tasks
            return next((task.worker for task in tasks if task.worker and task.words), None)

        return until(look, _SECONDS_TO_WRITE)


def until(look: Callable[[], Found | None], seconds: float) -> Found:
    """What is found by looking again and again. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)
    return found


def wait_until_gone(processes: Iterable[psutil.Process]) -> None:
    """Raises `TimeoutError` for an orphan."""
    _, alive = psutil.wait_procs([*processes], timeout=_SECONDS_TO_END)
    if alive:
        raise TimeoutError(f"still there: {alive}")
