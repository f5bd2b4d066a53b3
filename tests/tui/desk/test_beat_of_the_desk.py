"""The beat of the chapter at hand, changed without leaving the prose."""

from pathlib import Path

from novelgen.bootstrap import Workbench
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


async def test_the_beat_in_hand_is_changed_from_the_desk(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("B")
        await until(pilot, lambda: "planned when writing reaches it" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "The beat is written" in shown(pilot))
        await pilot.press("B")
        await until(pilot, lambda: "Chapter 1, beat" in shown(pilot) and "Words" in shown(pilot))
        await press_text(pilot, "A storm comes up. ")
        await pilot.press("ctrl+s")

        def briefs() -> list[str]:
            with bench.store.reading() as work:
                plan = work.plans.current(work.novels.find(TITLE).active_branch_id)
                beats = None if plan is None else work.plans.beats(plan.id, 1)
            return [] if beats is None else [beat.brief for beat in beats.beats]

        await until(pilot, lambda: any("A storm comes up." in brief for brief in briefs()))
