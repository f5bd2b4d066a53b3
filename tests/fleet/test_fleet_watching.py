"""Who looks at a fleet goes on looking when its database has been away for a while."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from novelgen.fleet.queue import add_novel, remove_novel
from novelgen.fleet.terms import WriteTerms
from storage.store import open_store
from tests.conftest import CommandLine
from tests.fleet.closed_database import let_in
from tests.fleet.conftest import Fleet


@pytest.fixture
def watching(
    fleet: Fleet, environment: dict[str, str], tmp_path: Path
) -> "Iterator[subprocess.Popen[str]]":
    add_novel(fleet.store, fleet.novel().novel, WriteTerms())
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "fleet", "status", "--watch", "--db", fleet.url],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.timeout(120)
def test_it_says_that_the_database_is_away_and_looks_again(
    fleet: Fleet, watching: "subprocess.Popen[str]"
) -> None:
    assert watching.stderr is not None
    heard_until("1 waiting", watching.stderr)
    fleet.store.close()
    let_in(fleet.url, False)
    told = heard_until("Looking again until it is back", watching.stderr)
    assert "The database" in told
    let_in(fleet.url, True)
    with open_store(fleet.url) as store:
        with store.reading() as work:
            (task,) = work.fleet_tasks.all()
        remove_novel(store, task.novel_id)
    rest = watching.stderr.read()
    assert watching.wait() == 0
    assert "Looking again" not in rest, "it is said once"


def test_a_database_that_was_never_there_is_an_error(fleet: Fleet, novelgen: CommandLine) -> None:
    fleet.store.close()
    let_in(fleet.url, False)
    done = novelgen("fleet", "status", "--watch", "--db", fleet.url, expect=4)
    assert "The database" in done.stderr and "Looking again" not in done.stderr


def heard_until(words: str, stream: IO[str]) -> str:
    """The line with these words. Lines before it are read, and let go of."""
    return next(line for line in stream if words in line)
