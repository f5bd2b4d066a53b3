"""Memory bytes that changed in the file: `verify` names the place.

How a resume meets such a memory is tried where it is decided, in tests/generation.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.faults.conftest import NEW

pytestmark = [pytest.mark.faults]


def test_verify_names_chapter_and_segment(novelgen: CommandLine, home: Path) -> None:
    novelgen(*NEW, "--target-words", "2000")
    database = home / "data" / "novelgen.db"
    with closing(sqlite3.connect(database)) as connection:
        places = connection.execute(
            "SELECT chapters.number, segments.position, memory_snapshots.data FROM memory_snapshots"
            " JOIN segments USING (key) JOIN chapters USING (revision_id) ORDER BY 1, 2"
        ).fetchall()
    assert len(places) >= 5
    chosen = (places[1], places[-1])
    pages = bytearray(database.read_bytes())
    for _, _, data in chosen:  # the bytes themselves, as a failing disk changes them
        at = pages.find(data)
        assert at > 0, "a small memory lies in one page"
        pages[at + len(data) - 3] ^= 0x40
    database.write_bytes(pages)
    said = novelgen("verify", "The Keeper", expect=1).stdout
    for chapter, position, _ in chosen:
        assert f"chapter {chapter}, segment {position}: the bytes of snapshot" in said
    assert "2 problems" in said
    assert "Traceback" not in said
    novelgen("reread", "The Keeper")
    assert "sound" in novelgen("verify", "The Keeper", "--memory").stdout
