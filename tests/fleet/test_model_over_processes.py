"""A worker of a fleet that is two processes, which share a tiny model: its words, and its end."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from sqlalchemy.engine import make_url
from transformers import AutoModelForCausalLM

from novelgen.bootstrap.fleet_group import processes_of_group
from novelgen.errors import ExitCode, UsageError
from novelgen.fleet.actor_share import ActorShare, see_no_other_gpus
from storage.fleet_records import TaskState, WorkerState
from storage.run_records import PauseRequest
from tests.fleet.closed_database import let_in
from tests.fleet.group_host import LOST
from tests.fleet.tiny_fleet import TinyFleet, until, wait_until_gone
from tests.modeling.conftest import tokenizer
from tests.modeling.tiny_models import CONFIGS
from tests.postgresql import fresh_database, on_server, server_url

__all__ = ["tokenizer"]


@pytest.fixture(scope="module")
def model(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama with room for a brief."""
    config = CONFIGS["llama"](len(tokenizer))
    config.max_position_embeddings = 4096
    config.eos_token_id = tokenizer.eos_token_id
    torch.manual_seed(7)
    folder: Path = tmp_path_factory.mktemp("shared-model")
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def words_of_one(model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a worker of one process writes."""
    with fresh_database(server_url()) as url:
        fleet = TinyFleet(tmp_path_factory.mktemp("alone"), url, model)
        with fleet.workbench:
            return fleet.write_alone()


@pytest.fixture
def fleet(postgresql_url: str, model: Path, tmp_path: Path) -> Iterator[TinyFleet]:
    made = TinyFleet(tmp_path, postgresql_url, model)
    with made.workbench:
        yield made


@pytest.mark.timeout(600)
def test_two_processes_write_two_novels_with_the_words_of_one(
    fleet: TinyFleet, words_of_one: list[str]
) -> None:
    host = fleet.begin("tests.fleet.group_host", "pair", "2")  # as an actor tries again
    said, _ = host.communicate()
    assert host.returncode == 0, said
    assert fleet.texts() == words_of_one
    groups = 1 + said.count("has ended")
    assert fleet.log().count("on cpu x 2") >= len(fleet.novels), "both are runs of two processes"
    assert fleet.log().count("Fits: ") <= groups, "and a group loads the model once"


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_group_stands_still_and_leaves_between_two_tokens(
    fleet: TinyFleet, words_of_one: list[str]
) -> None:
    desk = fleet.workbench.fleet
    host = fleet.begin("tests.fleet.group_host", "pair")
    worker = fleet.someone_in_the_middle(lambda: host.poll() is None)
    desk.pause(PauseRequest.NOW)
    paused = until(
        lambda: [w for w in desk.standing().workers if w.state is WorkerState.PAUSED], 60
    )
    assert [each.pid for each in paused] == [worker.pid], "it has stayed"
    desk.pause(PauseRequest.NONE)
    until(lambda: [w for w in desk.standing().workers if w.state is WorkerState.WORKING], 60)
    assert desk.ask_workers_to_leave(PauseRequest.NOW) == 1
    said, _ = host.communicate()
    assert host.returncode == 0, said
    assert desk.standing().counts[TaskState.WAITING] == len(fleet.novels), "given back"
    assert fleet.write_alone() == words_of_one


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("victim", ["actor", "torchrun", "other process"])
def test_whoever_is_killed_all_end_and_another_worker_goes_on(
    victim: str, fleet: TinyFleet, words_of_one: list[str]
) -> None:
    host = fleet.begin("tests.fleet.group_host", "pair")
    worker = fleet.someone_in_the_middle(lambda: host.poll() is None)
    children = psutil.Process(host.pid).children(recursive=True)
    assert len(children) == 3, children
    by_role = {
        "actor": psutil.Process(host.pid),
        "torchrun": next(each for each in children if each.ppid() == host.pid),
        "other process": next(
            each for each in children if each.ppid() != host.pid and each.pid != worker.pid
        ),
    }
    by_role[victim].send_signal(signal.SIGKILL)
    wait_until_gone(children)
    said, _ = host.communicate()
    assert host.returncode == (-signal.SIGKILL if victim == "actor" else LOST), said
    assert fleet.texts() != words_of_one
    assert fleet.write_alone() == words_of_one


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_ray_starts_a_group_again_whoever_of_it_is_killed(
    fleet: TinyFleet, words_of_one: list[str]
) -> None:
    host = fleet.begin("tests.fleet.group_on_ray")
    said, _ = host.communicate()
    assert host.returncode == 0, said
    told = json.loads(said.splitlines()[-1])
    assert told["killed"] == ["first process", "actor"]
    assert told["visible"] == ["0,1"] * 3, "a worker's processes see its two GPUs of four"
    assert told["visible without a share"] == ""
    assert told["failed"] == 0
    assert fleet.texts() == words_of_one


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("is_away", [True, False], ids=["away", "of a newer version"])
def test_a_group_whose_database_cannot_be_used_says_why(
    fleet: TinyFleet, postgresql_url: str, is_away: bool
) -> None:
    fleet.workbench.store.close()
    if is_away:
        let_in(postgresql_url, False)
    else:
        on_server(make_url(postgresql_url), "UPDATE alembic_version SET version_num = '9999'")
    host = fleet.begin("tests.fleet.group_host", "pair")
    said, _ = host.communicate()
    assert host.returncode == (LOST if is_away else ExitCode.FAILED), said
    assert ("cannot be" if is_away else "newer") in said.splitlines()[-1], said


@pytest.mark.parametrize(
    ("gpus", "cpus", "processes"), [(2, 1, 2), (8, 4, 8), (0, 2, 2), (0, 4.5, 4)]
)
def test_a_process_has_a_gpu_or_a_core(gpus: float, cpus: float, processes: int) -> None:
    assert processes_of_group(gpus, cpus) == processes


@pytest.mark.parametrize(
    ("gpus", "cpus", "remedy"),
    [(0.5, 8, "--gpus 2"), (1, 8, "--gpus 2"), (2.5, 8, "--gpus 2"), (0, 1, "--cpus 2")],
)
def test_what_cannot_be_several_processes_is_refused(gpus: float, cpus: float, remedy: str) -> None:
    with pytest.raises(UsageError, match="placement tensor") as refused:
        processes_of_group(gpus, cpus)
    assert remedy in refused.value.remedy


def test_a_worker_without_a_share_sees_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    see_no_other_gpus(ActorShare(gpus=2, cpus=1))
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "2,3"
    see_no_other_gpus(ActorShare(gpus=0, cpus=1))
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
