"""Writers to kill, what they left behind, and disks that refuse."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from novelgen.generation.verification import Verification, verify_branch
from storage.store import open_store

WRITER = Path(__file__).parent / "writer.py"
NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.")
Text = list[tuple[int, str]]
"""Chapter number and text of every segment, in reading order."""


@dataclass
class Death:
    """How a writer ended, and what it had told by then."""

    code: int
    events: list[str]

    @property
    def commits(self) -> int:
        return self.events.count("SegmentCommitted")


@dataclass
class Writers:
    """Forks writers, one after the other; see `writer.py`."""

    words: int
    seed: int = 9
    max_pages: int | None = None
    _process: "subprocess.Popen[str]" = field(init=False)

    def __post_init__(self) -> None:
        limit = ("--max-pages", str(self.max_pages)) if self.max_pages else ()
        self._process = subprocess.Popen(
            [sys.executable, str(WRITER), "--words", str(self.words), "--seed", str(self.seed),
             *limit],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip

    def begin(self, database: Path) -> int:
        """Start a writer; its process number."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{database}\n")
        self._process.stdin.flush()
        return int(self._line().removeprefix("started "))

    def events(self) -> Iterator[str]:
        """What the writer tells, its end excluded; it is told by `code`."""
        while not (line := self._line()).startswith("ended "):
            yield line
        self.code = int(line.removeprefix("ended "))

    def write(self, database: Path) -> Death:
        """Let a writer write to its end."""
        self.begin(database)
        events = list(self.events())
        return Death(self.code, events)

    def kill(
        self, database: Path, after: Callable[[list[str]], bool], spin_seconds: float = 0.0
    ) -> Death:
        """Kill a writer that long after an event that `after` says yes to. Waits by turning."""
        process_id = self.begin(database)
        told: list[str] = []
        is_killed = False
        if after(told):
            kill_after_spin(process_id, spin_seconds)
            is_killed = True
        for event in self.events():
            told.append(event)
            if not is_killed and after(told):
                kill_after_spin(process_id, spin_seconds)
                is_killed = True
        return Death(self.code, told)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the writer program is gone"
        return line.strip()


def kill_after_spin(process_id: int, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass
    os.kill(process_id, signal.SIGKILL)


@pytest.fixture
def writers() -> Iterator[Callable[..., Writers]]:
    """Make writers of a novel of so many words."""
    made: list[Writers] = []

    def make(words: int, **how: int) -> Writers:
        made.append(Writers(words, **how))
        return made[-1]

    yield make
    for each in made:
        each.close()


def copied(database: Path, folder: Path) -> Path:
    """A copy of a database and its log, so that looking at it does not mend the original."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for end in ("", "-wal", "-journal"):
        if Path(f"{database}{end}").exists():
            shutil.copyfile(f"{database}{end}", f"{folder / database.name}{end}")
    return folder / database.name


def integrity(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def text_of(database: Path) -> Text:
    """The committed text of the first novel."""
    with open_store(f"sqlite:///{database}") as store, store.reading() as work:
        for summary in work.novels.summaries():
            segments = work.segments.of_branch(summary.novel.active_branch_id)
            return [(chapter, segment.text) for chapter, segment in segments]
    return []


def verified(database: Path) -> Verification:
    with open_store(f"sqlite:///{database}") as store, store.reading() as work:
        (summary,) = work.novels.summaries()
        return verify_branch(work, summary.novel)


def run_program(
    *arguments: str, environment: dict[str, str], cwd: Path, expect: int
) -> "subprocess.CompletedProcess[str]":
    """Run a command line whose exit code is known."""
    finished = subprocess.run(
        arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=cwd,
        env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert finished.returncode == expect, f"{finished.returncode}\n{finished.stderr}"
    assert "Traceback" not in finished.stderr
    return finished


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a disk of so many kilobytes. Skips where mounting is not allowed."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        _mount_or_skip("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place))
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], None]]:
    """Make a folder and all in it unwritable: by permissions, for root by a read-only mount."""
    undo: list[Callable[[], object]] = []

    def forbid(folder: Path) -> None:
        if os.geteuid() != 0:
            for place in [*folder.iterdir(), folder]:
                mode = place.stat().st_mode
                undo.append(lambda place=place, mode=mode: place.chmod(mode))  # type: ignore[misc]
                place.chmod(mode & ~0o222)
            return
        _mount_or_skip("--bind", str(folder), str(folder))
        undo.append(lambda: subprocess.run(["umount", "--lazy", str(folder)], check=True))
        _mount_or_skip("-o", "remount,bind,ro", str(folder))

    yield forbid
    for step in reversed(undo):
        step()


def _mount_or_skip(*arguments: str) -> None:
    if shutil.which("mount") is None:
        pytest.skip("there is no mount program here")
    tried = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {tried.stderr.strip()}")
