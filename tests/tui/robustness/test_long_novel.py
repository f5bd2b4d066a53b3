"""A novel of 120 chapters and 550,000 words: every place opens, is right, and asks for little."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.tui.desk import Desk
from novelgen.tui.places.book_map.grid import MapGrid
from novelgen.tui.places.desk.chapter_list import ChapterList
from tests.tui.conftest import TITLE, Opened, shown, until, written

_CHAPTERS = 120
_WORDS = 550_000
_SIZE = (140, 45)
_MOST_CHARACTERS = 300_000
"""Of text in one answer to the screen; the book has some 3,300,000."""

pytestmark = [pytest.mark.scale, pytest.mark.timeout(1200)]


def characters_in(value: object) -> int:
    """How much text a value holds, at any depth; keys and names are none."""
    if isinstance(value, str):
        return len(value) if " " in value else 0
    if is_dataclass(value):
        return sum(characters_in(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Mapping):
        return sum(characters_in(each) for pair in value.items() for each in pair)
    if isinstance(value, (list, tuple, set, frozenset)):
        return sum(characters_in(each) for each in value)
    return 0


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much text each answer to the screen held."""
    sizes: list[int] = []
    answer = Desk.answer

    def measured(self: Desk, question: Callable[[Workbench], Any]) -> Any:
        found = answer(self, question)
        sizes.append(characters_in(found))
        return found

    monkeypatch.setattr(Desk, "answer", measured)
    return sizes


async def test_every_place(
    home: Path, opened: Opened, bench: Workbench, answers: list[int]
) -> None:
    written(home, "--chapters", str(_CHAPTERS), words=_WORDS)
    words = bench.find(TITLE).totals.words
    assert abs(words - _WORDS) < 0.001 * _WORDS
    async with opened(TITLE, _SIZE) as pilot:
        await _desk(pilot, words)
        await _map(pilot)
        for key, told in _told(bench, words).items():
            await pilot.press(key)
            for text in told:
                await until(pilot, lambda text=text: text in shown(pilot))
        await _last_chapter(pilot, bench)
    assert 0 < max(answers) < _MOST_CHARACTERS


def _told(bench: Workbench, words: int) -> dict[str, tuple[str, ...]]:
    """What stands in each place, by its key."""
    first = bench.overview(TITLE).chapters[0]
    chapter = f"{first.words:,}"
    return {
        "2": (f"{_CHAPTERS} chapters, {_WORDS:,} words", f"{chapter} / {first.target_words:,}"),
        "3": ("entries",),
        "5": ("Chapter 1", "Passage 20"),
        "6": ("Revisions of chapter 1",),
        "7": ("snapshots of", "segments stored"),
        "8": (f"the machine’s       {words:,}", "windows of 5,000"),
        "9": ("Passage 30 of 30",),
        "0": (f"{_CHAPTERS} chapters, {words:,} words",),
    }


async def _desk(pilot: Pilot[Any], words: int) -> None:
    await until(pilot, lambda: f"{words:,} / {_WORDS:,}" in shown(pilot))
    assert pilot.app.screen.query_one(ChapterList).option_count == _CHAPTERS


async def _map(pilot: Pilot[Any]) -> None:
    await pilot.press("4")
    await until(pilot, lambda: "the machine’s 100 %" in shown(pilot))
    await pilot.press("ctrl+end")
    at = pilot.app.screen.query_one(MapGrid).at_cursor
    assert at is not None and at.chapter.overview.number == _CHAPTERS
    await until(pilot, lambda: f"Chapter {_CHAPTERS} " in shown(pilot))
    await pilot.press("ctrl+home")


async def _last_chapter(pilot: Pilot[Any], bench: Workbench) -> None:
    await pilot.press("1")
    pilot.app.screen.query_one(ChapterList).focus()
    await pilot.press("end", "enter")
    last = bench.overview(TITLE).chapters[-1]
    await until(pilot, lambda: f"{_CHAPTERS}. {last.title}" in shown(pilot))
    await until(pilot, lambda: f"{last.words:,} / {last.target_words:,}" in shown(pilot))
