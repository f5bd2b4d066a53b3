"""A write-ahead log cut short or damaged behind a killed writer, as a failing disk leaves it."""

import random
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.store import open_store
from tests.conftest import CommandLine
from tests.faults.conftest import Text, Writers, copied, integrity, text_of, verified

WORDS = 6_000
HEADER, FRAME_HEADER = 32, 24
FLIPS = 80

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Wreck:
    """What a killed writer left, and what it would have written."""

    database: Path
    log: bytes
    expected: Text
    writer: Writers

    @property
    def frame_size(self) -> int:
        return FRAME_HEADER + int(struct.unpack(">I", self.log[8:12])[0])

    @property
    def commits(self) -> list[int]:
        """The offsets at which the commits of the log end."""
        starts = range(HEADER, len(self.log) - self.frame_size + 1, self.frame_size)
        salts = self.log[16:24]
        return [
            start + self.frame_size
            for start in starts
            if self.log[start + 4 : start + 8] != bytes(4)
            and self.log[start + 8 : start + 16] == salts
        ]

    def with_log(self, log: bytes, folder: Path) -> Path:
        """A copy of the database with another log."""
        copy = copied(self.database, folder)
        Path(f"{copy}-wal").write_bytes(log)
        return copy


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wreck]:
    writer = Writers(WORDS)
    whole = tmp_path_factory.mktemp("whole") / "novels.db"
    assert writer.write(whole).code == 0
    database = tmp_path_factory.mktemp("wreck") / "novels.db"
    writer.kill(database, lambda told: told.count("SegmentCommitted") >= 15)
    yield Wreck(database, Path(f"{database}-wal").read_bytes(), text_of(whole), writer)
    writer.close()


def unreadable(database: Path) -> int:
    with open_store(f"sqlite:///{database}") as store:
        return store.unreadable_commits


def test_cut_at_every_frame(wreck: Wreck, tmp_path: Path) -> None:
    """A shorter log loses the commits it no longer holds, and no other."""
    frames = range(HEADER, len(wreck.log) + 1, wreck.frame_size)
    chance = random.Random(3)
    cuts = {at + by for at in frames for by in (-1, 0)} | {0, 1, HEADER - 1, HEADER}
    cuts |= {chance.randrange(len(wreck.log)) for _ in range(60)}
    found: dict[int, set[int]] = {}
    for cut in sorted(cut for cut in cuts if 0 <= cut <= len(wreck.log)):
        copy = wreck.with_log(wreck.log[:cut], tmp_path / "cut")
        text = text_of(copy)
        assert text == wreck.expected[: len(text)]
        assert integrity(copy) == "ok"
        whole_commits = sum(end <= cut for end in wreck.commits)
        found.setdefault(whole_commits, set()).add(len(text))
    assert sorted(found) == list(range(len(wreck.commits) + 1))
    assert all(len(lengths) == 1 for lengths in found.values())
    segments = [min(found[commits]) for commits in sorted(found)]
    assert segments == sorted(segments)
    assert segments[-1] >= 15


def test_a_cut_novel_is_sound_and_goes_on(wreck: Wreck, tmp_path: Path) -> None:
    chance = random.Random(4)
    for cut in (wreck.commits[8] + 7, wreck.commits[-1] - 1, chance.randrange(wreck.commits[-1])):
        copy = wreck.with_log(wreck.log[:cut], tmp_path / "cut")
        shortened = len(text_of(copied(copy, tmp_path / "look")))
        assert shortened < len(wreck.expected)
        assert wreck.writer.write(copy).code == 0
        assert text_of(copy) == wreck.expected
        assert verified(copy).is_sound


def test_flipped_bits(wreck: Wreck, tmp_path: Path) -> None:
    """What stands before the damage is read; that something stood behind it is known."""
    chance = random.Random(5)
    places = [chance.randrange(HEADER) for _ in range(8)]
    places += [chance.randrange(HEADER, len(wreck.log)) for _ in range(FLIPS - len(places))]
    for place in places:
        log = bytearray(wreck.log)
        log[place] ^= 1 << chance.randrange(8)
        copy = wreck.with_log(bytes(log), tmp_path / "flipped")
        lost = unreadable(copy)
        text = text_of(copy)
        assert text == wreck.expected[: len(text)]
        assert integrity(copy) == "ok"
        frame_start = place - (place - HEADER) % wreck.frame_size
        is_in_frame_header = place >= HEADER and place - frame_start < FRAME_HEADER
        behind = [end for end in wreck.commits if end > place]
        own = sum(end == frame_start + wreck.frame_size for end in behind)
        if is_in_frame_header:  # its mark of a commit may be what was flipped
            assert len(behind) - own <= lost <= len(behind) + 1
        else:
            assert lost == len(behind)


def test_a_novel_with_flipped_bits_goes_on(wreck: Wreck, tmp_path: Path) -> None:
    log = bytearray(wreck.log)
    log[wreck.commits[9] + FRAME_HEADER + 100] ^= 0x10
    copy = wreck.with_log(bytes(log), tmp_path / "flipped")
    assert wreck.writer.write(copy).code == 0
    assert text_of(copy) == wreck.expected
    assert verified(copy).is_sound


def test_every_command_says_so(wreck: Wreck, novelgen: CommandLine, tmp_path: Path) -> None:
    log = bytearray(wreck.log)
    log[wreck.commits[9] + FRAME_HEADER + 100] ^= 0x10
    lost = len(wreck.commits) - 10
    copy = wreck.with_log(bytes(log), tmp_path / "flipped")
    said = novelgen("--db", f"sqlite:///{copy}", "list", "--quiet").stderr
    assert f"up to {lost} of the last commits are lost" in said
    assert "novelgen resume" in said
    assert novelgen("--db", f"sqlite:///{copy}", "verify", "The Keeper").stderr == ""


def test_a_whole_log_is_no_cause_for_alarm(wreck: Wreck, tmp_path: Path) -> None:
    copy = wreck.with_log(wreck.log, tmp_path / "whole-log")
    assert unreadable(copy) == 0
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE more (x)")
        connection.execute("INSERT INTO more VALUES (1)")
        assert unreadable(copy) == 0  # the log of a writer at work
        connection.commit()
        assert unreadable(copy) == 0
