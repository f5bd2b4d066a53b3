"""One window holds a chapter; the system lets go of it when that process dies."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from novelgen.errors import StorageError
from novelgen.paths import resolve_paths
from novelgen.sittings.holding import ChapterHeld, Holder, hold_chapter, holder_of
from novelgen.sittings.places import Desk
from tests.sittings.conftest import Room

DESK = Desk("aaaaaaaaaaaa", "bbbbbbbbbbbb", 3)
HOLDING = """
import sys
from novelgen.paths import resolve_paths
from novelgen.sittings.holding import hold_chapter
from novelgen.sittings.places import Desk
hold = hold_chapter(resolve_paths(sys.argv[1]), Desk(*sys.argv[2:4], int(sys.argv[4])))
print("held", flush=True)
sys.stdin.read()
"""


def test_two_windows_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    paths = resolve_paths(tmp_path)
    with hold_chapter(paths, DESK) as hold:
        with pytest.raises(ChapterHeld, match="Chapter 3 is open in another window") as refused:
            hold_chapter(paths, DESK)
        assert f"(process {os.getpid()}, since {datetime.now():%H:}" in refused.value.message
        assert "close that window" in refused.value.remedy
        hold_chapter(paths, Desk(DESK.novel_id, DESK.branch_id, 4)).release()
    hold.release()
    assert holder_of(paths, DESK) is None
    hold_chapter(paths, DESK).release()


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    paths = resolve_paths(tmp_path)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path), DESK.novel_id, DESK.branch_id, "3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(ChapterHeld, match=rf"process {other.pid}, since \d\d:\d\d\)"):
        hold_chapter(paths, DESK)
    holder = holder_of(paths, DESK)
    assert holder is not None and holder.pid == other.pid
    other.send_signal(signal.SIGKILL)
    other.wait()
    other.stdin.close()
    other.stdout.close()
    assert holder_of(paths, DESK) is None
    with hold_chapter(paths, DESK):
        holder = holder_of(paths, DESK)
        assert holder is not None and holder.pid == os.getpid()


def test_one_that_was_taken_on_another_day_says_so() -> None:
    since = datetime.now().astimezone() - timedelta(days=2)
    held = ChapterHeld(3, Holder(7, "host", since))
    assert f"(process 7, since {since:%d %B, %H:%M})" in held.message
    assert ChapterHeld(3, None).message == "Chapter 3 is open in another window."


def test_a_note_that_is_damaged_says_less(tmp_path: Path) -> None:
    paths = resolve_paths(tmp_path)
    with hold_chapter(paths, DESK):
        (note,) = paths.state.glob("sittings/*.holder")
        note.write_text("{")
        with pytest.raises(ChapterHeld, match=r"another window\.$"):
            hold_chapter(paths, DESK)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    paths = resolve_paths(tmp_path)
    paths.state.parent.mkdir(exist_ok=True)
    paths.state.write_text("a file where a folder should be")
    with pytest.raises(StorageError, match="cannot be used"):
        hold_chapter(paths, DESK)


def test_a_chapter_that_is_open_is_refused_and_stays_as_it_is(room: Room) -> None:
    with room.sit() as sitting:
        sitting.typed(0, 0, "X")
        with pytest.raises(ChapterHeld):
            room.sit()
        assert room.recovered() == [], "it is not left, somebody writes on it"
        assert room.journal.exists()
    (recovered,) = room.recovered()
    assert recovered.text.startswith("X")
