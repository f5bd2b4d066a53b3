"""A novel in a PostgreSQL database, from the command line: written, killed, resumed, read."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.conftest import CommandLine
from tests.postgresql import on_server

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.",
       "--seed", "9", "--candidates", "2", "--target-words")  # fmt: skip


@pytest.fixture
def on_postgresql(novelgen: CommandLine, postgresql_url: str) -> CommandLine:
    """`novelgen ARGUMENTS --db postgresql+psycopg://...`."""

    def call(*arguments: str, expect: int = 0) -> "subprocess.CompletedProcess[str]":
        return novelgen(*arguments, "--db", postgresql_url, expect=expect)

    return call


@pytest.fixture
def start(
    environment: dict[str, str], postgresql_url: str
) -> Callable[..., "subprocess.Popen[bytes]"]:
    """The same, begun and not waited for."""

    def begin(*arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "novelgen", *arguments, "--db", postgresql_url],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return begin


def stored_segments(url: str) -> int:
    if on_server(make_url(url), "SELECT to_regclass('segments')") == [(None,)]:
        return 0
    (count,) = on_server(make_url(url), "SELECT count(*) FROM segments")[0]
    return int(str(count))


def test_a_novel_is_written_and_read(
    on_postgresql: CommandLine, home: Path, postgresql_url: str
) -> None:
    made = json.loads(on_postgresql(*NEW, "2000", "--json").stdout)
    assert made["status"] == "finished"
    listed = json.loads(on_postgresql("list", "--json").stdout)["novels"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert "The Keeper" in on_postgresql("show", "the keeper").stdout
    assert on_postgresql("export", "the keeper", "--output", "-").stdout.count("\n") > 20
    stored = json.loads(on_postgresql("snapshots", "the keeper", "--json").stdout)["snapshots"]
    assert len(stored) == stored_segments(postgresql_url)
    on_postgresql("verify", "the keeper")
    assert "Nothing is left" in on_postgresql("resume", "the keeper").stderr
    branched = on_postgresql("resume", "the keeper", "--from", stored[3]["key"])
    assert "A new branch begins" in branched.stderr
    on_postgresql("verify", "the keeper")
    assert "The database is at schema" in on_postgresql("db", "upgrade").stdout
    assert not (home / "data").exists()


def test_the_text_is_the_one_that_sqlite_gets(
    novelgen: CommandLine, on_postgresql: CommandLine
) -> None:
    texts = []
    for call in (novelgen, on_postgresql):
        call(*NEW, "1500")
        texts.append(call("export", "the keeper", "--output", "-").stdout)
    assert texts[0] == texts[1]


def test_no_command_shows_the_password(
    novelgen: CommandLine, on_postgresql: CommandLine, postgresql_url: str
) -> None:
    secret = make_url(postgresql_url).password or "nothing to hide"
    on_postgresql(*NEW, "700")
    doctor = on_postgresql("doctor")
    assert f":{secret}@" not in doctor.stdout + doctor.stderr
    assert make_url(postgresql_url).render_as_string(hide_password=True) in doctor.stdout
    absent = make_url(postgresql_url).set(database="no_such_novels")
    refused = novelgen("list", "--db", absent.render_as_string(hide_password=False), expect=4)
    assert f":{secret}@" not in refused.stderr
    assert "createdb" in refused.stderr


def test_a_novel_survives_being_killed(
    novelgen: CommandLine,
    on_postgresql: CommandLine,
    start: Callable[..., "subprocess.Popen[bytes]"],
    postgresql_url: str,
) -> None:
    novelgen(*NEW, "12000")
    expected = novelgen("export", "the keeper", "--output", "-").stdout
    chance = random.Random(3)
    kills = 0
    arguments: tuple[str, ...] = (*NEW, "12000")
    while True:
        process = start(*arguments)
        goal = stored_segments(postgresql_url) + chance.randint(1, 15)
        while process.poll() is None:
            if stored_segments(postgresql_url) >= goal:
                os.kill(process.pid, signal.SIGKILL)
                break
        if process.wait() == 0:
            break
        assert process.returncode == -signal.SIGKILL
        kills += 1
        arguments = ("resume", "the keeper")
    assert kills >= 3
    assert on_postgresql("export", "the keeper", "--output", "-").stdout == expected
    on_postgresql("verify", "the keeper")


def test_two_processes_do_not_write_one_novel(
    on_postgresql: CommandLine,
    start: Callable[..., "subprocess.Popen[bytes]"],
    postgresql_url: str,
) -> None:
    process = start(*NEW, "4000000")
    while stored_segments(postgresql_url) < 1:
        assert process.poll() is None
    refused = on_postgresql("resume", "the keeper", expect=2)
    assert "being written by another process" in refused.stderr
    assert process.poll() is None
    process.kill()
    process.wait()
    on_postgresql("resume", "the keeper", "--until-words", "1500", expect=6)
