"""Runs that outlive the terminal: they go on, are paused, die, and are found again."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.cli.runs import (
    LONG,
    NEW,
    ask,
    detached,
    grows,
    is_alive,
    kill,
    last_run,
    stored_segments,
    wait_until,
)  # fmt: skip
from tests.conftest import CommandLine

RUN_KEYS = {
    "id", "novel", "title", "status", "purpose", "pid", "host", "device", "started_at",
    "heartbeat", "words", "tokens", "error",
}  # fmt: skip


def test_a_detached_run_is_announced_and_paused_from_elsewhere(
    novelgen: CommandLine, home: Path
) -> None:
    with detached(novelgen) as made:
        run = last_run(novelgen)
        assert set(run) >= RUN_KEYS
        assert (run["id"], run["novel"]) == (made["run_id"], made["id"])
        assert run["status"] == "running" and run["title"] == "The Keeper"
        process = psutil.Process(run["pid"])
        assert process.nice() == 10 and os.getsid(run["pid"]) == run["pid"]
        assert not any("sqlite" in argument for argument in process.cmdline())
        grows(home)
        paused = novelgen("pause", "The Keeper")
        assert "asked to stop after its segment" in paused.stderr
        assert "has stopped; nothing is lost" in paused.stderr
        process.wait(60)
        assert last_run(novelgen)["status"] == "stopped"
        again = json.loads(novelgen("pause", "The Keeper", "--json").stdout)
        assert again["was_running"] is False and again["run_status"] == "stopped"
    novelgen("verify", "The Keeper")
    assert not list((home / "state" / "runs").glob("*.live"))


def test_a_closed_terminal_ends_the_parent_and_not_the_run(
    novelgen: CommandLine, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        command = [sys.executable, "-m", "novelgen", *NEW, *LONG, "--detach"]
        shell = ["sh", "-c", '"$@"; exec cat', "sh", *command]  # stays, as a person's shell does
        os.execvpe("sh", shell, environment)
    try:
        wait_until(lambda: stored_segments(home) >= 1)
        said = b""
        while b"without this terminal" not in said:
            said += os.read(terminal, 4096)
    finally:
        os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGHUP
    grows(home)
    run = last_run(novelgen)
    assert run["status"] == "running"
    os.kill(run["pid"], signal.SIGHUP)
    grows(home)
    os.kill(run["pid"], signal.SIGTERM)
    wait_until(lambda: not is_alive(run["pid"]))
    assert last_run(novelgen)["status"] == "stopped"
    novelgen("verify", "The Keeper")


def test_a_killed_run_is_said_to_have_crashed_and_goes_on(
    novelgen: CommandLine, home: Path, tmp_path: Path
) -> None:
    words = ("--target-words", "60000")
    elsewhere = {"NOVELGEN_HOME": str(tmp_path / "whole")}
    novelgen(*NEW, *words, **elsewhere)
    whole = novelgen("export", "The Keeper", "--output", "-", **elsewhere).stdout
    with detached(novelgen, *words) as made:
        grows(home)
        kill(novelgen)
        run = last_run(novelgen)
        assert run["status"] == "crashed"
        assert json.loads(novelgen("list", "--json").stdout)["novels"][0]["status"] == "crashed"
        assert "has crashed" in novelgen("show", "The Keeper").stderr
        assert "has crashed" in novelgen("attach", "The Keeper", expect=1).stderr
        assert "has crashed" in novelgen("pause", "The Keeper").stderr
        assert list((home / "state" / "runs").glob(f"{run['id']}.live"))
        committed = "SELECT count(*) FROM segments WHERE run_id = ?"
        told = "SELECT count(*) FROM run_events WHERE run_id = ? AND kind = 'SegmentCommitted'"
        assert ask(home, committed, run["id"]) == ask(home, told, run["id"])
        resumed = json.loads(novelgen("resume", made["id"], "--detach", "--json").stdout)
        assert resumed["run_id"] != run["id"]
        novelgen("attach", "The Keeper")
    assert novelgen("export", "The Keeper", "--output", "-").stdout == whole
    every = json.loads(novelgen("runs", "--all", "--json").stdout)["runs"]
    assert [each["status"] for each in every] == ["finished", "crashed"]
    assert len(json.loads(novelgen("runs", "--json").stdout)["runs"]) == 1
    assert not list((home / "state" / "runs").glob("*.live"))


def test_a_process_with_the_number_of_a_dead_run_keeps_nobody_out(
    novelgen: CommandLine, home: Path
) -> None:
    with detached(novelgen):
        grows(home)
        kill(novelgen)
        with sqlite3.connect(home / "data" / "novelgen.db") as database:
            database.execute("UPDATE runs SET pid = ?", (os.getpid(),))
        database.close()
        assert last_run(novelgen)["status"] == "crashed"
        novelgen("resume", "The Keeper", "--until-words", "100", expect=6)


def test_a_second_writer_is_told_who_writes(novelgen: CommandLine, home: Path) -> None:
    with detached(novelgen):
        run = last_run(novelgen)
        for more in ((), ("--detach",)):
            refused = novelgen("resume", "The Keeper", *more, expect=2)
            assert f"run {run['id']}, process {run['pid']} on {run['host']}" in refused.stderr
            assert "novelgen attach" in refused.stderr and "novelgen pause" in refused.stderr
        grows(home)
        assert last_run(novelgen)["id"] == run["id"]


def test_a_run_of_a_terminal_is_paused_from_elsewhere(
    novelgen: CommandLine, environment: dict[str, str], home: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", *NEW, *LONG], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: stored_segments(home) >= 3)
    assert "asked to stop now" in novelgen("pause", "The Keeper", "--now").stderr
    _, narration = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Stopping now" in narration and "nothing is lost" in narration
    assert json.loads(novelgen("inbox", "--json").stdout) == {"items": []}


def test_an_edit_pauses_the_run_and_stands(
    novelgen: CommandLine, environment: dict[str, str], home: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", *NEW, *LONG, "--chapters", "1"], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: stored_segments(home) >= 3)
    novelgen("edit", "The Keeper", "--chapter", "1", stdin="It was my own text.")
    _, narration = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Paused: " in narration and "goes on from your text" in narration
    assert "It was my own text." in novelgen("export", "The Keeper", "--output", "-").stdout
    assert "Paused: " in novelgen("attach", "The Keeper", expect=1).stderr


def test_a_worker_that_cannot_start_says_why(novelgen: CommandLine) -> None:
    failed = novelgen(
        "new", "--model", "nobody/has-it", "--target-words", "500", "--premise", "x",
        "--adapter", "none", "--detach", expect=5, HF_HUB_OFFLINE="1",
    )  # fmt: skip
    assert "novelgen: nobody/has-it is not on this machine" in failed.stderr
    assert "ended before its run began" in failed.stderr
    assert json.loads(novelgen("list", "--json").stdout)["novels"]
    assert json.loads(novelgen("runs", "--json").stdout) == {"runs": []}


def test_a_detached_plan_ends_with_the_plan(novelgen: CommandLine) -> None:
    with detached(novelgen, "--target-words", "3000", "--plan-only"):
        assert "Planned" in novelgen("attach", "The Keeper").stderr
        assert json.loads(novelgen("show", "The Keeper", "--json").stdout)["words"] == 0


@pytest.mark.parametrize("place", ["environment", "flag"])
def test_a_worker_finds_what_its_starter_named_by_a_relative_path(
    novelgen: CommandLine, tmp_path: Path, place: str
) -> None:
    flags = () if place == "environment" else ("--db", "sqlite:///mine/n.db", "--home", "there")
    extra = {"NOVELGEN_DATABASE_URL": "sqlite:///mine/n.db", "NOVELGEN_HOME": "there"}
    environment = extra if place == "environment" else {}
    novelgen(*NEW, "--target-words", "700", "--detach", *flags, **environment)
    novelgen("attach", "The Keeper", *flags, **environment)
    shown = json.loads(novelgen("show", "The Keeper", "--json", *flags, **environment).stdout)
    assert shown["status"] == "finished"
    assert (tmp_path / "mine" / "n.db").exists() and (tmp_path / "there").is_dir()
