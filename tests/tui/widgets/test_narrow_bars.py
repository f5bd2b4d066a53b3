"""The bars of a novel in 80 columns: nothing is cut, help stays in sight, a click still hits."""

from pathlib import Path

import pytest

from novelgen.tui.novel.places_bar import PlacesBar
from tests.tui.conftest import TITLE, Opened, shown, until

_PLACES = "1 Desk 2 Plan 3 Bible 4 Map 5 Drafts 6 Vers. 7 Memory 8 Stats 9 Cont. 0 Export"


@pytest.mark.parametrize("key", "1234567890")
async def test_every_place_shows_whole_keys_and_the_way_to_help(
    written_home: Path, opened: Opened, key: str
) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: shown(pilot).rstrip().endswith("? Help"))
        foot = shown(pilot).splitlines()[-1]
        assert "esc Library" in foot
        assert _PLACES in shown(pilot)


async def test_a_click_on_a_short_name_leads_there(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await until(pilot, lambda: _PLACES in shown(pilot))
        bar = pilot.app.screen.query_one(PlacesBar)
        await pilot.click(PlacesBar, offset=(1 + _PLACES.index("Stats"), 0))
        await until(pilot, lambda: bar.chosen == "Statistics")
        await pilot.click(PlacesBar, offset=(1 + _PLACES.index("3"), 0))
        await until(pilot, lambda: bar.chosen == "Bible")


async def test_a_wide_screen_shows_all_names(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=(120, 30)) as pilot:
        await until(pilot, lambda: "8 Statistics  9 Context  0 Export" in shown(pilot))
        await until(pilot, lambda: "p Pause" in shown(pilot))
