"""The watch of a novel: a run that is over before anybody looks is told of all the same."""

import os
import subprocess
import sys
from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.generation.events import RunStopped, StopReason
from novelgen.tui.desk import Desk
from novelgen.tui.run.news import RunNews
from novelgen.tui.run.watch import RunWatch
from storage.run_records import RunStatus
from tests.tui.conftest import TITLE


def test_a_run_between_two_looks_is_told_once(planned_home: Path, bench: Workbench) -> None:
    told: list[RunNews] = []
    errors: list[NovelgenError] = []
    novel = bench.find(TITLE).novel
    watch = RunWatch(Desk(bench), novel.id, told.append, errors.append)
    watch.close()  # so that a look does not wait for the next one
    watch._look()
    assert [news.has_ended for news in told] == [False]
    subprocess.run(
        [sys.executable, "-m", "novelgen", "--quiet", "resume", novel.id, "--headless",
         "--until-chapter", "1"],
        check=False, capture_output=True, env=os.environ,
    )  # fmt: skip
    watch._look()
    watch._look()
    assert [news.has_ended for news in told] == [False, True] and not errors
    picture = told[-1].picture
    assert picture.run is not None and picture.run.status is RunStatus.STOPPED
    assert isinstance(picture.ending, RunStopped)
    assert picture.ending.reason is StopReason.CHAPTER_LIMIT
    assert told[-1].events and not picture.is_busy
