"""Where a person left a novel, and what becomes of a damaged file."""

import json
from pathlib import Path
from typing import Any

import pytest

from novelgen.bootstrap import Workbench
from novelgen.paths import resolve_paths
from novelgen.tui.left_off import LeftOff, LeftOffFile
from novelgen.tui.places.desk.place import DeskPlace
from novelgen.tui.widgets.prose_page import ProsePage
from tests.tui.conftest import TITLE, Opened, until


async def test_it_opens_at_the_paragraph_it_was_left_at(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
        await pilot.press("]")
        await until(pilot, lambda: "2" in pilot.app.screen.query_one(ProsePage).paragraphs[0].text)
        await pilot.press("j", "j", "j")
        left_at = pilot.app.screen.query_one(DeskPlace).paragraph
        assert left_at >= 3
        await pilot.press("ctrl+q")
    left = LeftOffFile(resolve_paths(written_home)).of(bench.find(TITLE).novel.id)
    assert (left.chapter, left.paragraph) == (2, left_at)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(ProsePage).cursor == left_at)
        assert "2" in pilot.app.screen.query_one(ProsePage).paragraphs[0].text


@pytest.mark.parametrize(
    "found",
    [None, [], "far", {"chapter": "x"}, {"words_by_day": 3}, {"words_by_day": {"monday": "few"}}],
)
def test_damage_is_read_as_nothing(home: Path, found: Any) -> None:
    paths = resolve_paths(home)
    paths.state.mkdir(parents=True)
    (paths.state / "workbench.json").write_text(json.dumps({"novels": {"n": found}}))
    assert LeftOffFile(paths).of("n") == LeftOff()
