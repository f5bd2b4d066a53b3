"""A disk that fills up while something is written: a message, and nothing half-written."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.faults.conftest import (
    NEW,
    Writers,
    copied,
    integrity,
    run_program,
    text_of,
    verified,
)

Disk = Callable[[int], Path]
WORDS = 8_000
WRITE = (*NEW, "--seed", "9", "--target-words", str(WORDS))

pytestmark = [pytest.mark.faults]


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Fill a disk but for some bytes; the file that takes the space."""
    space = os.statvfs(disk)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - leave)))
    return ballast


def test_while_a_segment_is_committed(
    novelgen: CommandLine, small_disk: Disk, tmp_path: Path
) -> None:
    whole = f"sqlite:///{tmp_path / 'whole.db'}"
    novelgen("--db", whole, *WRITE)
    disk = small_disk(700)
    url = f"sqlite:///{disk / 'novels.db'}"
    failed = novelgen("--db", url, *WRITE, expect=4)
    assert f"{disk / 'novels.db'} cannot grow: the disk is full" in failed.stderr
    assert "committed so far is safe" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "The Keeper" in novelgen("--db", url, "list").stdout  # also while it is full
    written = text_of(copied(disk / "novels.db", tmp_path / "look"))
    expected = text_of(tmp_path / "whole.db")
    assert 0 < len(written) < len(expected)
    assert written == expected[: len(written)]
    subprocess.run(["mount", "-o", "remount,size=32m", str(disk)], check=True)
    novelgen("--db", url, "resume", "The Keeper")
    assert text_of(disk / "novels.db") == expected
    assert verified(disk / "novels.db").is_sound


def test_a_database_that_cannot_grow(writers: Callable[..., Writers], tmp_path: Path) -> None:
    """The same where nothing can be mounted: SQLite's own limit of pages."""
    (tmp_path / "whole").mkdir()
    free = writers(WORDS)
    assert free.write(tmp_path / "whole" / "novels.db").code == 0
    expected = text_of(tmp_path / "whole" / "novels.db")
    reached = []
    for pages in (5, 110, 140):
        folder = tmp_path / str(pages)
        folder.mkdir()
        death = writers(WORDS, max_pages=pages).write(folder / "novels.db")
        assert death.code == 4
        assert "cannot grow: the disk is full" in death.events[-1]
        reached.append(death.commits)
        assert free.write(folder / "novels.db").code == 0
        assert text_of(folder / "novels.db") == expected
        assert integrity(folder / "novels.db") == "ok"
    assert reached[0] == 0
    assert reached == sorted(reached)
    assert reached[-1] > 0


@pytest.mark.parametrize("kilobytes", [4, 64])
def test_while_the_database_is_created(
    novelgen: CommandLine, small_disk: Disk, kilobytes: int
) -> None:
    disk = small_disk(kilobytes)
    url = f"sqlite:///{disk / 'novels.db'}"
    failed = novelgen("--db", url, *WRITE, expect=4)
    assert "disk is full" in failed.stderr or "No space left on device" in failed.stderr
    assert str(disk) in failed.stderr
    subprocess.run(["mount", "-o", "remount,size=32m", str(disk)], check=True)
    listed = json.loads(novelgen("--db", url, "list", "--json").stdout)["novels"]
    assert [novel["words"] for novel in listed] in ([], [0])


def test_while_a_manuscript_is_exported(
    novelgen: CommandLine, small_disk: Disk, tmp_path: Path
) -> None:
    novelgen(*WRITE)
    disk = small_disk(256)
    fill(disk, leave=12_000)
    (disk / "ballast").rename(disk / "old.md")
    old = (disk / "old.md").stat().st_size
    for name, more in (("new.md", ()), ("old.md", ("--force",))):
        target = disk / name
        failed = novelgen("export", "The Keeper", "--output", str(target), *more, expect=4)
        assert f"{target} cannot be written: No space left on device" in failed.stderr
        assert [path.name for path in disk.iterdir()] == ["old.md"]
        assert (disk / "old.md").stat().st_size == old


def test_an_export_beyond_the_limit_of_files(
    novelgen: CommandLine, environment: dict[str, str], tmp_path: Path
) -> None:
    """The same where nothing can be mounted."""
    novelgen(*WRITE)
    failed = run_program(
        "sh", "-c", 'ulimit -f 72; exec "$@"', "sh", sys.executable, "-m", "novelgen",
        "export", "The Keeper", "--output", "keeper.md",
        environment=environment, cwd=tmp_path, expect=4,
    )  # fmt: skip
    assert "keeper.md cannot be written: File too large" in failed.stderr
    assert not list(tmp_path.glob("*keeper*"))


def test_while_a_backup_is_taken(novelgen: CommandLine, small_disk: Disk, tmp_path: Path) -> None:
    novelgen(*WRITE)
    disk = small_disk(160)
    failed = novelgen("backup", str(disk / "copy.db"), expect=4)
    assert f"cannot be written to {disk}: the disk is full" in failed.stderr
    assert list(disk.iterdir()) == []
    novelgen("verify", "The Keeper")


def test_killed_while_the_disk_is_full(
    writers: Callable[..., Writers], small_disk: Disk, tmp_path: Path
) -> None:
    (tmp_path / "whole").mkdir()
    writer = writers(WORDS)
    assert writer.write(tmp_path / "whole" / "novels.db").code == 0
    expected = text_of(tmp_path / "whole" / "novels.db")
    disk = small_disk(32_000)
    database = disk / "novels.db"
    for commits in (3, 4, 5):
        death = writer.kill(
            database, lambda told, goal=commits: told.count("SegmentCommitted") >= goal
        )
        assert death.code == -signal.SIGKILL
        ballast = fill(disk)
        full = writer.write(database)
        assert full.code == 4
        assert "cannot grow: the disk is full" in full.events[-1]
        ballast.unlink()
    assert writer.write(database).code == 0
    assert text_of(database) == expected
