"""`novelgen fleet` from the command line: what each command says, and to whom it says no."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import novelgen as product
from novelgen.fleet.likeness import prompts_digest
from storage.fleet_records import NewWorker, TaskState
from storage.records import NovelStatus
from storage.run_records import PauseRequest
from tests.conftest import CommandLine
from tests.fleet.conftest import Fleet
from tests.generation.conftest import Desks

_EVERY = ("new", "add", "redraft", "start", "work", "status", "pause", "resume", "stop", "retry",
          "remove")  # fmt: skip

_SEVERAL = """
import json, sys
from novelgen.cli import main

for arguments in json.loads(sys.stdin.read()):
    sys.argv = ["novelgen", *arguments]
    try:
        main.run()
        code = 0
    except SystemExit as end:
        code = end.code
    print("ended", code, file=sys.stderr)
print("loaded", *sorted(sys.modules), file=sys.stderr)
"""
"""Several command lines in one process, which is quicker; what it had loaded in the end."""


@pytest.fixture
def several(environment: dict[str, str], tmp_path: Path) -> Callable[..., tuple[str, str]]:
    def call(*lines: list[str]) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", _SEVERAL],
            input=json.dumps(lines),
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            check=True,
        )
        return done.stdout, done.stderr

    return call


@pytest.fixture
def call(novelgen: CommandLine, fleet: Fleet) -> CommandLine:
    """`novelgen fleet ARGUMENTS` on the database of the fleet."""

    def on_fleet(*arguments: str, **how: Any) -> "subprocess.CompletedProcess[str]":
        return novelgen("fleet", *arguments, "--db", fleet.url, **how)

    return on_fleet


def test_help_names_every_command_and_loads_nothing_heavy(
    several: Callable[..., tuple[str, str]],
) -> None:
    lines = [["fleet", "--help"], *(["fleet", name, "--help"] for name in _EVERY)]
    told, loaded = several(*lines)
    assert loaded.count("ended 0") == len(lines)
    for name in _EVERY:
        assert f"novelgen fleet {name}" in told
    modules = set(loaded.rpartition("loaded")[2].split())
    assert "novelgen.cli.commands.fleet_workers" in modules
    assert not modules & {"ray", "torch", "sqlalchemy", "psycopg", "numpy", "prometheus_client"}


def test_each_refuses_a_file_and_says_what_to_do(
    several: Callable[..., tuple[str, str]], desks: Desks, tmp_path: Path
) -> None:
    desks.desk().store.close()
    before = (tmp_path / "0.db").read_bytes()
    (tmp_path / "novels.yaml").write_text("- A lamp goes out.\n")
    arguments: dict[str, list[str]] = {
        "new": ["novels.yaml", "--model", "scripted", "--target-words", "1000"],
        "add": ["The Keeper"],
        "redraft": ["The Keeper", "--chapter", "1"],
        "remove": ["The Keeper"],
    }
    lines = [[name, *arguments.get(name, [])] for name in _EVERY]
    lines += [["pause", "The Keeper"], ["resume", "nobody"], ["retry", "nobody"]]
    for url in (f"sqlite:///{tmp_path / '0.db'}", f"sqlite:///{tmp_path / 'none.db'}"):
        told, said = several(*(["fleet", *line, "--db", url] for line in lines))
        assert told == ""
        assert said.count("ended 2") == len(lines), said
        assert said.count("this one is an SQLite file") == len(lines), said
        assert said.count("--db postgresql+psycopg://") == len(lines)
    assert (tmp_path / "0.db").read_bytes() == before


def test_novels_are_made_looked_at_written_and_taken_out(
    call: CommandLine, fleet: Fleet, desks: Desks
) -> None:
    new = ("new", "--premise", "A keeper finds a letter.", "--title", "The Keeper")
    made = call(*new, "--copies", "2", "--target-words", "1500", "--seed", "11", "--model",
                "scripted", "--json")  # fmt: skip
    ids = json.loads(made.stdout)["novels"]
    assert len(ids) == 2
    assert "2 in the queue." in made.stderr
    table = call("status").stdout
    for novel_id in ids:
        assert f"{novel_id}  The Keeper  write      0   1,500    0%" in table
    assert "Tasks: 2 waiting; what is not done has 0 of 3,000 words (0%)." in table
    assert "Fleet: 0 workers; `novelgen fleet start` or `novelgen fleet work` begins." in table
    assert "1 held" not in call("pause", ids[1]).stdout
    assert fleet.states() == [TaskState.WAITING, TaskState.HELD]
    worked = call("work", "--name", "desk")
    assert worked.stdout == ""
    for told in ("Worker desk.", "Task 1: write of novel", "Task 1 is done", "Left."):
        assert told in worked.stderr
    document = json.loads(call("status", "--all", "--json").stdout)
    assert document.keys() == {
        "pause", "counts", "words", "target_words", "words_per_second", "lost_workers", "workers",
        "tasks",
    }  # fmt: skip
    assert (document["pause"], document["counts"]) == ("none", {"done": 1, "held": 1})
    done, held = document["tasks"]
    assert done.keys() == {
        "id", "job", "novel", "title", "kind", "part", "state", "is_lost", "words", "target_words",
        "chapter", "tokens_per_second", "worker", "host", "note", "is_redraft",
    }  # fmt: skip
    assert (done["state"], done["title"], done["kind"]) == ("done", "The Keeper", "write")
    assert (held["state"], held["words"], held["target_words"]) == ("held", 0, 1_500)
    assert call("remove", ids[1]).stdout == ""
    assert fleet.states() == [TaskState.DONE]
    assert json.loads(call("add", "--unfinished", "--json").stdout)["novels"] == [ids[1]]
    refused = call("add", ids[0], expect=2)
    assert "is finished" in refused.stderr
    with fleet.store.reading() as work:
        novel = work.novels.get(ids[0])
        texts = [text for _, text in work.texts.of_branch(novel.active_branch_id)]
    alone = desks.desk(1_500, 11)
    alone.write()
    assert texts == alone.chapters()


def test_a_chapter_is_drafted_anew(call: CommandLine, fleet: Fleet) -> None:
    desk = fleet.novel(1_500)
    desk.write()
    before = desk.chapters()
    redraft = ("redraft", "The Keeper", "--chapter", "2", "--drafts", "2")
    queued = call(*redraft, "--instruction", "Let it rain.")
    assert queued.stdout.strip() == desk.novel.id
    assert "Queued: 2 drafts of chapter 2 of “The Keeper”." in queued.stderr
    assert "redraft" in call("status").stdout
    call("work")
    table = call("status", "--all").stdout
    assert "draft 1" in table and "draft 2" in table and "choose" in table
    assert desk.chapters()[1] != before[1]
    assert "has no text yet" in call("redraft", "The Keeper", "--chapter", "9", expect=3).stderr


def test_the_fleet_is_paused_and_goes_on_and_workers_are_asked_to_leave(
    call: CommandLine, fleet: Fleet
) -> None:
    with fleet.store.writing() as work:
        worker = work.fleet_workers.enter(NewWorker("one", "desk", 1)).id
    lock = fleet.store.try_lock_worker(worker)
    assert lock is not None
    orders = []
    said = []
    with lock:
        for line in (["pause", "--now"], ["stop"], ["resume"]):
            said.append(call(*line).stderr)
            with fleet.store.reading() as work:
                orders.append(work.fleet_workers.orders(worker))
    assert [each.pause for each in orders] == [
        PauseRequest.NOW, PauseRequest.NOW, PauseRequest.NONE,
    ]  # fmt: skip
    assert [each.leave for each in orders] == [
        PauseRequest.NONE, PauseRequest.AFTER_SEGMENT, PauseRequest.AFTER_SEGMENT,
    ]  # fmt: skip
    assert ["stands still" in said[0], "1 asked to leave" in said[1], "goes on" in said[2]] == [
        True, True, True,
    ]  # fmt: skip
    empty = call("status")
    assert "The queue is empty." in empty.stdout
    assert "Nothing is failed" in call("retry").stderr
    assert call("pause", "nobody", expect=3).stderr


def test_a_worker_with_other_prompts_has_no_place_among_the_others(
    call: CommandLine, fleet: Fleet, home: Path
) -> None:
    desk = fleet.novel(1_000)
    call("add", "The Keeper")
    other = NewWorker("one", "desk", 1, {"novelgen": product.__version__, "prompts": "others"})
    with fleet.store.writing() as work:
        work.fleet_workers.enter(other)
    lock = fleet.store.try_lock_worker(other.id)
    assert lock is not None
    with lock:
        refused = call("work", expect=2)
        assert "The worker one on desk has other prompt templates than this one" in refused.stderr
        assert "novelgen fleet stop" in refused.stderr
        assert fleet.states() == [TaskState.WAITING]
    call("work")  # the other one lives no more
    assert desk.fresh().status is NovelStatus.FINISHED


def test_prompts_are_compared_by_what_they_say(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "brief.jinja").write_text("Write.")
        (folder / "notes.txt").write_text(f"In {folder}.")
    same = prompts_digest(here)
    assert prompts_digest(there) == same
    assert prompts_digest(here, tmp_path / "none") == prompts_digest(there, tmp_path / "nowhere")
    seen = {same, prompts_digest(here, there), prompts_digest(tmp_path / "none", here)}
    (there / "brief.jinja").write_text("Write!")
    seen.add(prompts_digest(there))
    (there / "brief.jinja").rename(there / "briefs.jinja")
    seen.add(prompts_digest(there))
    assert len(seen) == 5
