"""A clock that is set back, even by years: runs and revisions keep their order."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.store import open_store
from tests.conftest import REPOSITORY, CommandLine
from tests.faults.conftest import NEW, Writers, text_of, verified

CLOCK = Path(__file__).parent / "moved_clock"
HOURS = (0, -30_000, 90_000)

pytestmark = [pytest.mark.faults]


def moved(hours: int) -> dict[str, str]:
    places = [str(CLOCK), str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    return {
        "PYTHONPATH": os.pathsep.join(place for place in places if place),
        "MOVED_CLOCK_SECONDS": str(hours * 3600),
    }


def test_a_novel_resumed_under_a_clock_that_goes_back(
    novelgen: CommandLine, writers: Callable[..., Writers], home: Path, tmp_path: Path
) -> None:
    assert writers(4_000).write(tmp_path / "whole.db").code == 0
    novelgen(*NEW, "--seed", "9", "--target-words", "4000", "--plan-only", **moved(1))
    for number, hours in enumerate(HOURS):
        novelgen("resume", "The Keeper", "--until-words", str(600 * number + 300),
                 expect=6, **moved(hours))  # fmt: skip
    novelgen("resume", "The Keeper", **moved(-7))
    database = home / "data" / "novelgen.db"
    assert text_of(database) == text_of(tmp_path / "whole.db")
    assert verified(database).is_sound
    with open_store(f"sqlite:///{database}") as store, store.reading() as work:
        (summary,) = work.novels.summaries()
        epochs = [run.epoch for run in work.runs.of_novel(summary.novel.id)]
        latest = work.runs.latest(summary.novel.id)
        chapters = work.chapters.of_branch(summary.novel.active_branch_id)
        times = [
            segment.created_at
            for _, segment in work.segments.of_branch(summary.novel.active_branch_id)
        ]
    assert epochs == list(range(len(HOURS) + 2, 0, -1))
    assert latest is not None
    assert latest.epoch == epochs[0]
    assert [chapter.number for chapter in chapters] == sorted(c.number for c in chapters)
    assert times != sorted(times), "or the clock was not set back"


def test_every_novel_is_listed_once(novelgen: CommandLine) -> None:
    """The last changed one first, by the clock of its time: a wrong clock moves it, no more."""
    for hours in (0, -3, 3):
        novelgen(*NEW[:-4], "--title", f"At {hours}", "--premise", "p", "--target-words", "300",
                 "--plan-only", **moved(hours))  # fmt: skip
    listed = json.loads(novelgen("list", "--json", **moved(-9)).stdout)["novels"]
    assert [novel["title"] for novel in listed] == ["At 3", "At 0", "At -3"]
