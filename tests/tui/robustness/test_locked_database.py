"""Another program keeps writing to the database while a person saves."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

import storage.store
from novelgen.bootstrap import Workbench
from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.desk import WritingDesk
from novelgen.tui.writing.page import WritingPage
from storage.records import RevisionRecord
from tests.tui.conftest import TITLE, Opened, press_text, shown, until

_PATIENCE_SECONDS = 0.3
_TYPED = "Snow fell. "
_HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
database.close()
"""


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workbench waits for the other program as long as ever, only in a shorter time."""
    impatient = partial(storage.store.open_store, busy_timeout_seconds=_PATIENCE_SECONDS)
    monkeypatch.setattr(storage.store, "open_store", impatient)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Another process holds a transaction that writes."""
    database = home / "data" / "novelgen.db"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(database)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate("\n")


def first_chapter(bench: Workbench) -> tuple[RevisionRecord, str]:
    """The revision of chapter 1 that stands, and its text."""
    with bench.store.reading() as work:
        stored = work.chapters.get(work.novels.find(TITLE).active_branch_id, 1)
        assert stored is not None
        return stored.revision, work.texts.of_revision(stored.revision.id)


def flowing(pilot: "Pilot[Any]") -> str:
    """The text on the screen without its frames and line breaks."""
    return " ".join(shown(pilot).replace("│", " ").split())


def is_changing(pilot: "Pilot[Any]") -> bool:
    return any(worker.group in ("change", "save") for worker in pilot.app.workers)


async def test_what_was_typed_outlives_a_lock(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
        await pilot.press("e")
        editor = pilot.app.screen.query_one(WritingPage)
        await until(pilot, lambda: editor.has_focus)
        await press_text(pilot, _TYPED)
        typed = editor.text
        with locked(written_home):
            await pilot.press("f2")
            await until(pilot, lambda: "✗ The database" in shown(pilot))
            cause = "is locked: another program kept writing to it"
            await until(pilot, lambda: cause in flowing(pilot))
            assert "Wait for the other program, or end it, then try again." in flowing(pilot)
            await pilot.press("enter")
            await until(pilot, lambda: editor.has_focus)
        assert editor.text == typed and pilot.app.screen.query_one(WritingDesk).is_changed
        assert first_chapter(bench)[0].number == 1
        await pilot.press("f2")
        await until(pilot, lambda: first_chapter(bench)[0].number == 2)
        assert _TYPED in first_chapter(bench)[1]
        await until(pilot, lambda: "Saved as revision 2" in shown(pilot))


async def test_a_save_that_waits_is_told_and_made_once(
    written_home: Path, opened: Opened, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = partial(storage.store.open_store, busy_timeout_seconds=30)
    monkeypatch.setattr(storage.store, "open_store", patient)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
        await pilot.press("e")
        editor = pilot.app.screen.query_one(WritingPage)
        await until(pilot, lambda: editor.has_focus)
        await press_text(pilot, _TYPED)
        with locked(written_home):
            await pilot.press("f2")
            await until(pilot, lambda: "saving …" in shown(pilot))
            await pilot.press("f2")  # no answer yet, so a person presses again
            assert first_chapter(bench)[0].number == 1
        await until(pilot, lambda: "Saved as revision 2" in shown(pilot))
        await until(pilot, lambda: not is_changing(pilot))
        assert not isinstance(pilot.app.screen, ErrorDialog)
        with bench.store.reading() as work:
            assert len(work.chapters.revisions(work.novels.find(TITLE).id, 1)) == 2
