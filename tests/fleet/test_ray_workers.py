"""Workers as actors of a real Ray cluster: whose they are, when they leave, what they tell."""

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest

from novelgen.fleet.ray_workers import namespace_of
from novelgen.fleet.worker_order import ActorState, WorkerOrder, WorkerSign
from tests.conftest import REPOSITORY
from tests.postgresql import fresh_database, server_url

ORDER = WorkerOrder("worker-1", {"database_url": "secret", "model": "a"}, leaves_when_done=True)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_fleets_share_a_cluster_and_a_worker_that_cannot_work_says_why_and_ends(
    environment: dict[str, str],
) -> None:
    del environment["PYTHONWARNINGS"]  # Ray's own processes inherit it
    with ExitStack() as stack:
        urls = [stack.enter_context(fresh_database(server_url())) for _ in range(3)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.fleet.actors_on_ray", *urls],
            env=environment | {"PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    fleets = told["fleets"]
    assert (fleets["first"], fleets["second"]) == (["worker-1"], ["worker-1"])
    differences = ["--cpus", "--stay", "scripted_tokens_per_second"]
    assert fleets["again"] == [["worker-2"], ["worker-1"], {"worker-1": differences}]
    assert fleets["second has"] == ["worker-1"], "the other fleet was not asked to leave"
    assert fleets["late"] == ["late"], "and it has left by itself"
    assert told["mishap"] == [], "a trial leaves no actor"
    hindered = told["hindered"]
    assert "The database" in hindered["away"] and "tries again" in hindered["away"]
    assert hindered["back"] == ""
    assert "newer" in hindered["stuck"]
    assert hindered["ended"] == []
    assert hindered["begins"] == [False, True]
    assert f"novelgen: stuck too: {hindered['stuck']}" in done.stderr
    assert "Not at work after 20 s: nobody. The log" in done.stderr


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("postgresql+psycopg://me:secret@host/a", "postgresql+psycopg://you@host:5432/a", True),
        ("postgresql+psycopg:///a?host=/run/pg", "postgresql+psycopg://me@/a?host=/run/pg", True),
        ("postgresql+psycopg://me@host/a", "postgresql+psycopg://me@host/b", False),
        ("postgresql+psycopg://me@host/a", "postgresql+psycopg://me@host:5433/a", False),
        ("postgresql+psycopg://me@host/a", "postgresql+psycopg://me@other/a", False),
    ],
)
def test_workers_of_a_database_have_names_of_their_own(one: str, other: str, is_same: bool) -> None:
    assert (namespace_of(one) == namespace_of(other)) is is_same
    assert "secret" not in namespace_of(one)


def test_an_order_and_a_sign_come_back_from_json() -> None:
    assert WorkerOrder.of(json.loads(json.dumps(ORDER.as_json()))) == ORDER
    sign = WorkerSign(ORDER.without_address(), ActorState.RETRIES, "No database.")
    document = json.dumps(sign.as_json())
    assert WorkerSign.of(json.loads(document)) == sign
    assert "secret" not in document
    assert sign.order.differences(ORDER) == ()
