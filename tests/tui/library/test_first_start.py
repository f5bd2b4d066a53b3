"""The first start: no model and no novel; it leads by the hand to a written page."""

import socket
from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.tui.library.fetch import FetchModel
from novelgen.tui.library.screen import LibraryScreen
from tests.tui.conftest import Opened, shown, until, written

_FOR_WHAT_IT_IS = "it shows how novelgen works, not how well a novel can be written"


async def test_the_bundled_model_is_introduced(home: Path, opened: Opened) -> None:
    async with opened(size=(80, 24)) as pilot:
        await until(pilot, lambda: "It is fetched first, once: 93 MB" in shown(pilot))
        assert "There are no novels here yet" in shown(pilot)
        assert _FOR_WHAT_IT_IS in shown(pilot)
        assert "A better one" in shown(pilot)
        assert "Write on" not in shown(pilot)


async def test_it_leads_to_a_written_page(home: Path, opened: Opened, bench: Workbench) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: "It is fetched first" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "To try the workbench" in shown(pilot))
        await pilot.press("end", "enter")
        await until(pilot, lambda: "Your first novel" in shown(pilot))
        await until(pilot, lambda: "At once" in shown(pilot))
        assert "lighthouse keeper" in shown(pilot) and "1,500 words" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "The chapter is written" in shown(pilot))
    (summary,) = bench.summaries()
    assert summary.novel.model == "scripted" and summary.totals.chapters == 1
    assert summary.totals.words > 100


async def test_a_model_that_cannot_be_fetched_says_why(home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: "It is fetched first" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "was not fetched" in shown(pilot))
        assert "No package index" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))


async def test_fetching_can_be_stopped(
    home: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
        async with opened() as pilot:
            await until(pilot, lambda: "It is fetched first" in shown(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: "Fetching the model: 0 of 93 MB" in shown(pilot))
            dialog = pilot.app.screen
            assert isinstance(dialog, FetchModel) and dialog._fetch is not None
            process = dialog._fetch._process
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
            await until(pilot, lambda: process is not None and process.poll() is not None)
            assert "was not fetched" not in shown(pilot)
    assert not (home / "models" / "smollm2-135m").exists()


async def test_a_novel_of_the_bundled_model_is_introduced_once(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    from storage.records import NovelChanges

    novel_id = bench.summaries()[0].novel.id
    with bench.store.writing() as work:
        work.novels.update(novel_id, NovelChanges(model="smollm2-135m"))
    async with opened(novel_id) as pilot:
        await until(pilot, lambda: "The bundled model" in shown(pilot))
        assert _FOR_WHAT_IT_IS in " ".join(shown(pilot).replace("│", " ").split())
        await pilot.press("enter")
        await until(pilot, lambda: "The bundled model" not in shown(pilot))
    async with opened(novel_id) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        assert "The bundled model" not in shown(pilot)


async def test_another_novel_of_another_model_is_not(home: Path, opened: Opened) -> None:
    written(home, "--plan-only")
    async with opened("The Keeper") as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        assert "The bundled model" not in shown(pilot)
