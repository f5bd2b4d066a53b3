"""A fleet on a real Ray cluster: several nodes on this machine, disturbed, and one of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from novelgen.errors import NovelgenError
from novelgen.fleet.queue import add_novel, add_redraft
from novelgen.fleet.ray_cluster import connected
from novelgen.fleet.terms import WriteTerms
from novelgen.generation.regeneration import Redraft
from storage.fleet_records import TaskState
from storage.records import NovelStatus
from storage.run_records import RunStatus
from tests.conftest import REPOSITORY, CommandLine
from tests.fleet.conftest import Fleet, revisions_of
from tests.generation.conftest import Desk
from tests.postgresql import fresh_database, server_url

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

PACE = "400"
"""Tokens a second, so that there is a fleet to disturb."""
DISTURBANCES = 6


def queued(fleet: Fleet) -> list[Desk]:
    """Three short novels, and a fourth one that is written, with a chapter to draft anew."""
    written, *novels = [fleet.novel(1_500, seed) for seed in (20, 21, 22, 23)]
    written.write()
    for desk in novels:
        add_novel(fleet.store, desk.novel, WriteTerms())
    add_redraft(fleet.store, written.fresh(), Redraft(2, drafts=4))
    return [written, *novels]


def told_of(desks: list[Desk]) -> list[Any]:
    """What became of novels: all texts of all their chapters, and which of them stand."""
    return [
        [
            desk.fresh().status,
            desk.chapters(),
            desk.keys(),
            [revisions_of(desk, number) for number in range(1, len(desk.chapters()) + 1)],
            desk.behind(),
        ]
        for desk in desks
    ]


@pytest.fixture
def undisturbed(novelgen: CommandLine) -> Iterator[list[Any]]:
    """What one worker makes of the same queue."""
    with fresh_database(server_url()) as url:
        alone = Fleet(url)
        desks = queued(alone)
        novelgen("fleet", "work", "--db", url)
        assert set(alone.states()) == {TaskState.DONE}
        yield told_of(desks)
        alone.close()


def test_a_disturbed_fleet_writes_what_an_undisturbed_one_does(
    fleet: Fleet, undisturbed: list[Any], environment: dict[str, str]
) -> None:
    desks = queued(fleet)
    del environment["PYTHONWARNINGS"]  # Ray's own processes inherit it
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.fleet.disturbed_run", "--database", fleet.url,
            "--seed", "7", "--disturbances", str(DISTURBANCES), "--workers", "3",
        ],
        env=environment | {"NOVELGEN_SCRIPTED_TOKENS_PER_SECOND": PACE},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["disturbances"]["worker killed"] >= 1
    assert told["disturbances"]["node killed"] >= 1
    assert told["counts"] == {"done": len(fleet.tasks())}
    assert told_of(desks) == undisturbed
    with fleet.store.reading() as work:
        runs = [work.runs.latest(desk.novel.id) for desk in desks]
    assert [run is not None and run.status for run in runs] == [RunStatus.FINISHED] * 4


def test_a_cluster_of_its_own_writes_the_queue_and_ends(
    fleet: Fleet, novelgen: CommandLine, environment: dict[str, str]
) -> None:
    del environment["PYTHONWARNINGS"]
    desks = [fleet.novel(1_000, seed) for seed in (30, 31)]
    for desk in desks:
        add_novel(fleet.store, desk.novel, WriteTerms())
    start = ("fleet", "start", "--address", "local", "--cpus", "0.5", "--db", fleet.url)
    refused = novelgen(*start, "--detach", expect=2)
    assert "ends with it" in refused.stderr
    done = novelgen(*start, "--workers", "2", "--json")
    document = json.loads(done.stdout)
    assert document["counts"] == {"done": 2}
    assert document["tasks"] == []
    assert "2 workers started." in done.stderr
    assert "has a password in it" in done.stderr and "~/.pgpass" in done.stderr
    assert make_url(fleet.url).password not in done.stderr + done.stdout
    assert [desk.fresh().status for desk in desks] == [NovelStatus.FINISHED] * 2
    with fleet.store.reading() as work:
        assert work.fleet_workers.present() == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "[::1]:1", "ray://127.0.0.1:1", "no host:99999"]
)
def test_a_cluster_that_is_not_there_is_named(
    address: str,
) -> None:
    with pytest.raises(NovelgenError, match="cannot be reached") as refused, connected(address):
        pass
    assert f"The Ray cluster {address} cannot" in refused.value.message
    assert "ray start --head" in refused.value.remedy
