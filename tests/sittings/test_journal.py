"""The journal: torn and damaged ones, long ones, and disks that refuse."""

import errno
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from novelgen.sittings import journal as journal_module
from novelgen.sittings.journal import Journal
from novelgen.sittings.journal_lines import Begun, Typed
from novelgen.sittings.journal_reading import NewerJournal, UnreadableJournal, read_journal
from novelgen.text.machine_words import Ranges
from novelgen.text.marked_text import MarkedText

BEGUN = Begun("aaaaaaaaaaaa", "bbbbbbbbbbbb", 3, "cccccccccccc", 10, 2, "open", "The text.")
Stand = tuple[str, Ranges]


class Pen:
    """Types into a journal as a sitting does, and knows every text that stood."""

    def __init__(self, path: Path, text: str = "Begun.", **how: object) -> None:
        self.marked = MarkedText(text, ((0, 3),))
        self.stood: list[Stand] = [self.stand]
        self.journal = Journal(path, BEGUN, *self.stand, **how)  # type: ignore[arg-type]

    @property
    def stand(self) -> Stand:
        return self.marked.text, self.marked.ranges

    def type(self, start: int, end: int, text: str, *, by_machine: bool = False) -> None:
        self.marked.replace(start, end, text, by_machine=by_machine)
        self.journal.append(Typed(start, end, text, 1_000.5, by_machine), *self.stand)
        self.stood.append(self.stand)

    def type_at_random(self, times: int) -> None:
        chance = random.Random(times)
        for _ in range(times):
            start = chance.randint(0, len(self.marked.text))
            end = min(len(self.marked.text), start + chance.choice([0, 0, 0, 1, 5]))
            text = chance.choice(["a", " ", "é", "word ", "“\n", ""])
            self.type(start, end, text, by_machine=chance.random() < 0.2)


def stand_in(path: Path) -> Stand:
    left = read_journal(path)
    return left.text, left.machine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sittings" / "a-b-3.journal"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "SYNC_SECONDS", 0.01)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Looks until the journal's own thread has done it; the test's time limit ends it."""
    never = threading.Event()
    while not is_so():
        never.wait(0.002)


def test_it_reads_as_it_was_typed(path: Path) -> None:
    pen = Pen(path)
    pen.type_at_random(300)
    left = read_journal(path)
    assert (left.text, left.machine) == pen.stand
    assert (left.begun, left.edits, left.torn, left.last_edit_at) == (BEGUN, 300, False, 1_000.5)
    pen.journal.close()
    assert stand_in(path) == pen.stand


def test_one_that_is_cut_off_anywhere(path: Path) -> None:
    pen = Pen(path)
    pen.type_at_random(40)
    pen.journal.close()
    data = path.read_bytes()
    for cut in range(1, 201):
        path.write_bytes(data[:-cut])
        left = read_journal(path)
        assert (left.text, left.machine) in pen.stood
        assert left.torn == (not data[:-cut].endswith(b"\n"))
        assert (left.text, left.machine) == pen.stood[left.edits]


def test_bytes_that_are_changed_anywhere(path: Path) -> None:
    pen = Pen(path)
    pen.type_at_random(40)
    pen.journal.close()
    data = path.read_bytes()
    chance = random.Random(7)
    unreadable = 0
    for _ in range(2_000):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 20])):
            damaged[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            left = read_journal(path)
        except UnreadableJournal:
            unreadable += 1
            continue
        assert (left.text, left.machine) == pen.stood[left.edits]
        assert left.torn == (left.edits < 40)
    assert 0 < unreadable < 2_000


@pytest.mark.parametrize("data", [b"", b"\n", b"\0" * 4096, b"00000000 {}\n", b"[1]" * 99])
def test_one_without_its_beginning_is_told(path: Path, data: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(UnreadableJournal, match="damaged at its beginning"):
        read_journal(path)


def test_zeros_behind_a_journal_are_a_torn_end(path: Path) -> None:
    pen = Pen(path)
    pen.type(0, 0, "x")
    pen.journal.close()
    with path.open("ab") as file:
        file.write(b"\0" * 4096)
    left = read_journal(path)
    assert left.torn and (left.text, left.machine) == pen.stand


def test_one_of_a_newer_version_is_not_touched(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pen = Pen(path)
    pen.journal.close()
    monkeypatch.setattr("novelgen.sittings.journal_lines.FORMAT", 0)
    with pytest.raises(NewerJournal):
        read_journal(path)


def test_a_long_one_begins_anew(path: Path, quick: None) -> None:
    pen = Pen(path, longest=4_000)
    for _ in range(20):
        pen.type_at_random(200)
        assert stand_in(path) == pen.stand
    wait_until(lambda: read_journal(path).edits < 2_000)
    assert stand_in(path) == pen.stand
    pen.journal.close()
    assert stand_in(path) == pen.stand
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_typing_goes_on_while_it_is_replaced(path: Path, quick: None) -> None:
    pen = Pen(path, longest=300)
    for _ in range(150):
        pen.type_at_random(10)
        assert stand_in(path) == pen.stand
    pen.journal.close()
    assert stand_in(path) == pen.stand


def refuse(monkeypatch: pytest.MonkeyPatch, how: int = errno.ENOSPC) -> None:
    """The disk takes a few bytes more, and then none."""
    write = os.write

    def refusing(descriptor: int, data: bytes) -> int:
        if len(data) > 5:
            return write(descriptor, bytes(data[:5]))
        raise OSError(how, os.strerror(how))

    monkeypatch.setattr("novelgen.sittings.journal_file.os.write", refusing)


@pytest.mark.parametrize("how", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_and_recovers(
    path: Path, how: int, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = Pen(path)
    pen.type_at_random(5)
    kept = pen.stand
    with monkeypatch.context() as patch:
        refuse(patch, how)
        pen.type_at_random(5)
        assert pen.journal.trouble is not None
        assert f"not being journalled: {os.strerror(how)}" in pen.journal.trouble.message
        assert pen.journal.trouble.remedy
        left = read_journal(path)
        assert left.torn and (left.text, left.machine) == kept
    wait_until(lambda: pen.journal.trouble is None)
    assert stand_in(path) == pen.stand
    pen.type_at_random(5)
    assert stand_in(path) == pen.stand and not read_journal(path).torn
    pen.journal.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_disk_that_refuses_from_the_beginning(
    path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(patch)
        pen = Pen(path)
        pen.type_at_random(5)
        assert pen.journal.trouble is not None and not path.exists()
    wait_until(lambda: pen.journal.trouble is None)
    assert stand_in(path) == pen.stand
    pen.journal.close()


def test_a_disk_that_does_not_keep_what_it_took(
    path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = Pen(path)
    with monkeypatch.context() as patch:

        def refusing(descriptor: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        patch.setattr("novelgen.sittings.journal.os.fsync", refusing)
        pen.type_at_random(5)
        wait_until(lambda: pen.journal.trouble is not None)
    wait_until(lambda: pen.journal.trouble is None)
    assert stand_in(path) == pen.stand
    pen.journal.close()


def test_one_that_somebody_deletes_is_written_again(path: Path, quick: None) -> None:
    pen = Pen(path)
    pen.type_at_random(5)
    path.unlink()
    pen.type_at_random(5)
    wait_until(path.exists)
    assert stand_in(path) == pen.stand
    pen.journal.close()


def test_one_that_is_removed_stays_away(path: Path, quick: None) -> None:
    pen = Pen(path, longest=100)
    pen.type_at_random(50)
    pen.journal.remove()
    pen.journal.close()
    assert list(path.parent.iterdir()) == []
