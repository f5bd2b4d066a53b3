"""Leaving and quitting: what is unsaved is asked about, what is being saved is waited for."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.manuscript.overview import NovelOverview
from novelgen.sittings import sitting as sittings
from novelgen.tui.app import WorkbenchApp
from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.plan.outline_list import OutlineList
from novelgen.tui.run.control import RunControl
from novelgen.tui.widgets.form_fields import FormFields
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.desk import WritingDesk
from tests.tui.conftest import TITLE, Opened, press_text, shown, until, written

_TYPED = "Snow fell. "


async def edited(pilot: "Pilot[Any]") -> WritingDesk:
    """Something is typed into chapter 1."""
    await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
    await pilot.press("e")
    desk = pilot.app.screen.query_one(WritingDesk)
    await until(pilot, lambda: desk.page.has_focus)
    await press_text(pilot, _TYPED)
    await until(pilot, lambda: desk.is_changed)
    return desk


async def go_to_plan(pilot: "Pilot[Any]") -> None:
    await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
    await pilot.press("2")
    outline = pilot.app.screen.query_one(OutlineList)
    await until(pilot, lambda: outline.has_focus and outline.option_count > 3)


def is_over(pilot: "Pilot[Any]") -> bool:
    return bool(pilot.app._exit)


def text_of(bench: Workbench) -> str:
    with bench.store.reading() as work:
        stored = work.chapters.get(work.novels.find(TITLE).active_branch_id, 1)
        assert stored is not None
        return work.texts.of_revision(stored.revision.id)


async def test_quitting_saves_the_chapter(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await edited(pilot)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: is_over(pilot))
    assert _TYPED in text_of(bench)


async def test_leaving_the_novel_saves_a_chapter_out_of_sight(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await edited(pilot)
        pilot.app.screen.go_to_place("Plan")  # type: ignore[attr-defined]
        await until(pilot, lambda: pilot.app.screen.query_one(OutlineList).has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
    assert _TYPED in text_of(bench)


async def test_what_cannot_be_saved_is_asked_about(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = text_of(bench)
    async with opened(TITLE) as pilot:
        await edited(pilot)
        await pilot.press("alt+a", "delete", "ctrl+q")
        await until(pilot, lambda: "Chapter 1 is not saved." in shown(pilot))
        assert "is empty" in " ".join(shown(pilot).replace("│", " ").split())
        await pilot.press("y")
        await until(pilot, lambda: is_over(pilot))
    assert text_of(bench) == before
    assert not bench.sittings.recovered(bench.find(TITLE).novel.id)
    assert list((bench.paths.state / "sittings" / "discarded").iterdir())


async def test_what_is_thrown_away_is_not_saved(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await edited(pilot)
        await pilot.press("alt+d")
        await until(pilot, lambda: "is thrown away" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.screen.query_one(ProsePage).has_focus)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: is_over(pilot))
    assert _TYPED not in text_of(bench)


async def test_quitting_asks_about_the_form_of_the_plan(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.query_one(FormFields).is_mounted)
        await until(pilot, lambda: pilot.app.screen.query_one("#plan-form Input:focus"))
        await press_text(pilot, "x")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "The plan of chapter 1 is not saved." in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: is_over(pilot))


async def test_quitting_waits_for_a_save(
    written_home: Path, opened: Opened, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_save = threading.Event()
    save = sittings.edit_chapter

    def slow(*arguments: Any, **named: Any) -> Any:
        assert may_save.wait(40)
        return save(*arguments, **named)

    monkeypatch.setattr(sittings, "edit_chapter", slow)
    async with opened(TITLE) as pilot:
        await edited(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: "saving …" in shown(pilot))
        await pilot.press("ctrl+q")
        assert not is_over(pilot)
        may_save.set()
        await until(pilot, lambda: is_over(pilot))
    assert _TYPED in text_of(bench)


async def test_a_database_that_refuses_keeps_nobody(
    written_home: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(_: RunControl, *, away: bool) -> None:
        if away:
            raise NovelgenError("The database is locked.")

    monkeypatch.setattr(RunControl, "look", refused)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))


async def test_a_novel_that_cannot_be_read_at_first_opens_later(
    written_home: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, times = Workbench.overview, []

    def late(bench: Workbench, reference: str) -> NovelOverview:
        times.append(reference)
        if len(times) < 3:
            raise NovelgenError("The database is locked.")
        return read(bench, reference)

    monkeypatch.setattr(Workbench, "overview", late)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "The database is locked." in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))
        await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)


@pytest.mark.skipif(os.name != "posix", reason="there is no such signal")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
async def test_a_signal_quits_and_asks_nothing(
    home: Path, opened: Opened, bench: Workbench, number: str
) -> None:
    written(home, "--plan-only", "--chapters", "40", words=100_000)
    novel_id = bench.find(TITLE).novel.id
    async with opened(TITLE) as pilot:
        app = pilot.app
        assert isinstance(app, WorkbenchApp)
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("w")
        await until(pilot, lambda: bench.find(TITLE).totals.words > 300)
        await pilot.press("2")
        await until(pilot, lambda: pilot.app.screen.query_one(OutlineList).has_focus)
        os.kill(os.getpid(), getattr(signal, number))
        await until(pilot, lambda: is_over(pilot))
        assert app.return_code == 128 + getattr(signal, number)
        assert app.left_off.of(novel_id).place == "Plan"
        run = bench.runs.latest_run(novel_id)
        assert run is not None and run.is_unattended
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "● writing" in shown(pilot))
        await pilot.press("P")
        await until(pilot, lambda: "Stopped, as you asked" in shown(pilot))


async def test_an_end_that_nobody_asked_for_marks_the_run_too(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    """As when the page of a browser is closed."""
    written(home, "--plan-only", "--chapters", "40", words=100_000)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("w")
        await until(pilot, lambda: bench.find(TITLE).totals.words > 300)
        pilot.app.exit()
    run = bench.runs.latest_run(bench.find(TITLE).novel.id)
    assert run is not None and run.is_unattended
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "● writing" in shown(pilot))
        await pilot.press("P")
        await until(pilot, lambda: "Stopped, as you asked" in shown(pilot))
