"""The form of a new novel, by keys alone: what is said there is what is in the database."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.generation.novel_settings import NovelSettings
from novelgen.tui.library.new_novel import NewNovelScreen
from tests.tui.conftest import Opened, press_text, shown, until

pytestmark = pytest.mark.usefixtures("scripted_default")


async def open_form(pilot: "Pilot[None]") -> None:
    await until(pilot, lambda: "no novels here yet" in shown(pilot))
    await pilot.press("n")
    await until(pilot, lambda: "At once" in shown(pilot))


async def test_everything_said_is_kept_and_the_plan_is_made(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened() as pilot:
        await open_form(pilot)
        await press_text(pilot, "Salt")
        await pilot.press("tab")
        await press_text(pilot, "Two sisters inherit a salt works")
        await pilot.press("tab")
        await press_text(pilot, "ghost story")
        await pilot.press("tab")
        await press_text(pilot, "plain sentences; dry humour")
        await pilot.press("tab", "right", "right")  # the third person
        await pilot.press("tab", "right")  # the past
        await pilot.press("tab", "right")  # British
        await pilot.press("tab", "tab", "tab", "right")  # four drafts
        await pilot.press("tab")
        await press_text(pilot, "Ada Renn")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "The plan is made" in shown(pilot))
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
    novel = bench.find("Salt").novel
    assert novel.author == "Ada Renn" and novel.target_words == 1500
    assert novel.premise == "Two sisters inherit a salt works" and novel.model == "scripted"
    assert NovelSettings.from_json(novel.settings).candidates == 4
    with bench.store.reading() as work:
        voice = work.voices.current(novel.active_branch_id)
    assert voice is not None and voice.sheet["genre"] == "ghost story"
    assert voice.sheet["style"] == ["plain sentences", "dry humour"]
    told = (voice.sheet["point_of_view"], voice.sheet["tense"], voice.sheet["spelling"])
    assert told == ("third", "past", "british")
    assert bench.find("Salt").totals.words == 0


async def test_a_length_is_chosen_or_written(home: Path, opened: Opened) -> None:
    async with opened(size=(140, 45)) as pilot:
        await open_form(pilot)
        pilot.app.screen.query_one("#length").focus()
        await until(pilot, lambda: "The Wheel of Time" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Another number" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "40,000 words   novella" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Another number" in shown(pilot))
        await pilot.press("end", "enter")
        await until(pilot, lambda: "4,300,000 words   as long as The Wheel" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Another number" in shown(pilot))
        await pilot.press("tab")
        await press_text(pilot, "5")
        await pilot.press("enter")
        await until(pilot, lambda: "it can be 100 to 10,000,000" in shown(pilot))
        await pilot.press("backspace")
        await press_text(pilot, "90k")
        await pilot.press("enter")
        await until(pilot, lambda: "90,000 words" in shown(pilot))


async def test_a_model_is_chosen(home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await open_form(pilot)
        pilot.app.screen.query_one("#model").focus()
        await pilot.press("space")
        await until(pilot, lambda: "To fetch from the Hugging Face hub" in shown(pilot))
        assert "not how well a novel can be written" in shown(pilot)
        await pilot.press("home", "enter")
        await until(pilot, lambda: "Begin fetches the model first" in shown(pilot))


async def test_an_author_comes_from_the_settings(
    home: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOVELGEN_AUTHOR", "Ada Renn")
    async with opened() as pilot:
        await open_form(pilot)
        await until(pilot, lambda: "Ada Renn" in shown(pilot))


async def test_what_is_wrong_is_said_and_the_form_stays(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened() as pilot:
        await open_form(pilot)
        pilot.app.screen.query_one("#genre").focus()
        await press_text(pilot, "long " * 20)
        await pilot.press("f2")
        await until(pilot, lambda: "genre has 99 characters" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewNovelScreen))
        await pilot.press("escape")
        await until(pilot, lambda: "no novels here yet" in shown(pilot))
    assert bench.summaries() == []


async def test_buttons_and_fields_work_by_mouse(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(size=(80, 24)) as pilot:
        await open_form(pilot)
        await pilot.click("#drafts", offset=(10, 0))
        await pilot.click("#length")
        await until(pilot, lambda: "Another number" in shown(pilot))
        await pilot.press("escape")
        await pilot.click("#begin")
        await until(pilot, lambda: "The plan is made" in shown(pilot))
    (summary,) = bench.summaries()
    assert NovelSettings.from_json(summary.novel.settings).candidates == 4
    assert summary.novel.title


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 45)])
async def test_every_field_is_in_sight(home: Path, opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as pilot:
        await open_form(pilot)
        text = shown(pilot)
        for label in ("Title", "Premise", "Genre", "Told by", "Length", "Model", "Author", "Begin"):
            assert label in text
