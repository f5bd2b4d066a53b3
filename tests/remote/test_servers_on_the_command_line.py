"""Novels by a server, as real processes: written, killed, resumed, planned elsewhere, paid for."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cli.runs import ask, stored_segments, wait_until
from tests.conftest import CommandLine
from tests.remote.openai_server import MODEL, Answer, OpenAIServer, cuts, prose, refuses

KEY = "sk-planted-0123456789abcdef"
NEW = ("--title", "The Keeper", "--premise", "A keeper finds a letter.", "--seed", "9",
       "--target-words", "700", "--chapters", "2")  # fmt: skip

Configure = Callable[..., Path]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def configure(home: Path, server: OpenAIServer) -> Configure:
    """Writes the configuration file with one server, `desk`."""

    def write(**more: object) -> Path:
        fields = {"url": server.url, "model": MODEL, "retry_seconds": 0.01, "retries": 2, **more}
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        file = home / "config" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(["[servers.desk]", *lines, ""]))
        return file

    return write


def files_with(folder: Path, secret: str) -> list[Path]:
    """Files below a folder that hold those bytes."""
    wanted = secret.encode()
    return [path for path in folder.rglob("*") if path.is_file() and wanted in path.read_bytes()]


def test_a_novel_is_written_with_a_key_that_nobody_sees(
    novelgen: CommandLine, home: Path, tmp_path: Path, server: OpenAIServer, configure: Configure
) -> None:
    configure(key_env="DESK_KEY", price_in=2.0, price_out=10.0)
    server.key = KEY
    server.faults = [refuses(500, f"the header was Bearer {KEY}"), cuts("The lamp")]
    said = []

    def call(*arguments: str, **how: str) -> str:
        done = novelgen(*arguments, DESK_KEY=KEY, **how)
        said.extend([done.stdout, done.stderr])
        return done.stdout

    document = json.loads(call("--debug", "--json", "new", "--model", "server:desk", *NEW))
    assert document["status"] == "finished"
    assert document["words"] == pytest.approx(700, rel=0.25)
    spent = document["spending"]["desk"]
    assert spent["requests"] == len(server.bodies) - 1  # but the one that was refused
    assert spent["estimated_requests"] > 0
    assert spent["cost"] == pytest.approx(
        (spent["prompt_tokens"] * 2 + spent["new_tokens"] * 10) / 1e6, abs=1e-5
    )
    assert "a server keeps none" in said[1]
    assert "Spent at desk:" in said[1]
    assert json.loads(call("stats", "The Keeper", "--json"))["spending"] == {"desk": spent}
    call("export", "The Keeper", "--output", str(tmp_path / "book.md"))
    call("backup", str(tmp_path / "copy.db"))
    call("models", "info", "server:desk")
    assert not files_with(tmp_path, KEY)
    assert not any(KEY in text for text in said)
    assert all(headers["authorization"] == f"Bearer {KEY}" for headers in server.headers)
    assert {name for headers in server.headers for name in headers} <= {
        "host", "accept", "accept-encoding", "connection", "content-type", "content-length",
        "user-agent", "authorization",
    }  # fmt: skip


def test_a_wrong_key_is_in_no_error_and_no_log(
    novelgen: CommandLine, tmp_path: Path, server: OpenAIServer, configure: Configure
) -> None:
    configure(key_env="DESK_KEY")
    server.key = "sk-another"
    refused = novelgen("new", "--model", "server:desk", *NEW, DESK_KEY=KEY, expect=5)
    assert "refuses the key (401)" in refused.stderr
    assert "DESK_KEY" in refused.stderr
    server.key = None
    server.always = refuses(401, f"Incorrect API key provided: {KEY}")
    again = novelgen("--debug", "resume", "The Keeper", DESK_KEY=KEY, expect=1)
    for text in (refused.stderr, refused.stdout, again.stderr, again.stdout):
        assert KEY not in text
    assert not files_with(tmp_path, KEY)


def test_keys_of_others_are_not_sent(
    novelgen: CommandLine, server: OpenAIServer, configure: Configure
) -> None:
    configure()
    novelgen("models", "info", "server:desk", OPENAI_API_KEY=KEY, OPENAI_ORG_ID="org-planted",
             OPENAI_PROJECT_ID="proj-planted", OPENAI_CUSTOM_HEADERS=f"X-Key: {KEY}",
             OPENAI_BASE_URL="http://127.0.0.1:9/v1")  # fmt: skip
    sent = json.dumps(server.headers)
    assert KEY not in sent
    assert "planted" not in sent


def manuscript(home: Path) -> list[tuple[object, ...]]:
    return ask(home, "SELECT position, text FROM segments ORDER BY text")


def start(environment: dict[str, str], *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "novelgen", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def has_come_to(home: Path, segments: int, process: "subprocess.Popen[bytes]") -> bool:
    return stored_segments(home) >= segments or process.poll() is not None


def test_a_killed_run_goes_on_to_the_same_words(
    novelgen: CommandLine,
    environment: dict[str, str],
    home: Path,
    tmp_path: Path,
    server: OpenAIServer,
    configure: Configure,
) -> None:
    config = configure()
    elsewhere = tmp_path / "whole"
    novelgen("--config", str(config), "new", "--model", "server:desk", *NEW,
             NOVELGEN_HOME=str(elsewhere))  # fmt: skip
    process = start(environment, "new", "--model", "server:desk", *NEW)
    wait_until(partial(has_come_to, home, 2, process))
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    novelgen("resume", "The Keeper")
    assert manuscript(home) == manuscript(elsewhere) != []


def test_a_server_that_stays_away_loses_nothing(
    novelgen: CommandLine, home: Path, server: OpenAIServer, configure: Configure
) -> None:
    configure()

    def goes_away(answer: Answer) -> None:
        if sum(map(is_prose, server.bodies)) > 3:
            refuses(503, "gone")(answer)
        else:
            answer.stream(prose(answer.body))

    server.always = goes_away
    failed = novelgen("new", "--model", "server:desk", *NEW, expect=5)
    assert "gone; it was asked 3 times" in failed.stderr
    before = stored_segments(home)
    assert before > 0
    server.always = None
    assert json.loads(novelgen("resume", "The Keeper", "--json").stdout)["status"] == "finished"
    assert stored_segments(home) > before


def test_a_budget_stops_a_run_in_good_order(
    novelgen: CommandLine, home: Path, server: OpenAIServer, configure: Configure
) -> None:
    configure(price_out=1_000.0)
    stopped = novelgen("new", "--model", "server:desk", *NEW, "--budget-tokens", "12000", "--json",
                       expect=6)  # fmt: skip
    assert "budget of this run is used up" in stopped.stderr
    assert "novelgen resume" in stopped.stderr
    spent = json.loads(stopped.stdout)["spending"]["desk"]
    assert 12_000 <= spent["prompt_tokens"] + spent["new_tokens"] < 17_000
    configure(price_out=1_000.0, budget_tokens=100_000)
    limited = novelgen("resume", "The Keeper", "--budget-cost", "0.01", "--json", expect=6)
    assert json.loads(limited.stdout)["spending"]["desk"]["cost"] >= 0.01
    configure(budget_tokens=200_000)
    assert json.loads(novelgen("resume", "The Keeper", "--json").stdout)["status"] == "finished"


def test_a_server_that_moves_takes_no_novel_along(
    novelgen: CommandLine, server: OpenAIServer, configure: Configure
) -> None:
    """There is no memory that could be another model's."""
    configure()
    novelgen("new", "--model", "server:desk", *NEW, "--plan-only")
    with OpenAIServer() as moved:
        configure(url=moved.url)
        assert json.loads(novelgen("resume", "The Keeper", "--json").stdout)["status"] == "finished"
        assert moved.bodies


def is_prose(body: dict[str, object]) -> bool:
    return "Write only the story." in json.dumps(body)


def test_one_plans_and_another_writes(
    novelgen: CommandLine, server: OpenAIServer, configure: Configure
) -> None:
    configure()
    made = novelgen("new", "--model", "scripted", "--planner", "server:desk", *NEW, "--json")
    assert "Plans and readings are by server:desk." in made.stderr
    assert server.bodies
    assert not any(map(is_prose, server.bodies))
    assert any("summary" in json.dumps(body) for body in server.bodies)  # chapters are read there
    server.bodies.clear()
    novelgen("new", "--model", "server:desk", "--planner", "scripted", *NEW)
    assert server.bodies
    assert all(map(is_prose, server.bodies))


def test_doctor_and_models_look_at_servers(
    novelgen: CommandLine, server: OpenAIServer, configure: Configure
) -> None:
    file = configure(context_tokens=6_000)
    file.write_text(
        file.read_text()
        + f'[servers.gone]\nurl = "{server.url}"\nmodel = "gone"\n'
        + f'[servers.off]\nurl = "http://127.0.0.1:9/v1"\nmodel = "{MODEL}"\n'
    )
    listed = json.loads(novelgen("models", "list", "--json").stdout)
    assert listed["servers"][0] == {"name": "server:desk", "url": server.url, "model": MODEL}
    info = json.loads(novelgen("models", "info", "server:desk", "--json").stdout)
    assert (info["context_size"], info["has_key"], info["is_listed"]) == (6_000, False, True)
    direct = novelgen("models", "info", f"server:{server.url}#{MODEL}").stdout
    assert "streams         yes" in direct
    checks = json.loads(novelgen("doctor", "--json", expect=1).stdout)["checks"]
    found = {each["subject"]: each for each in checks if each["subject"].startswith("server ")}
    severities = {name: check["severity"] for name, check in found.items()}
    assert severities == {"server desk": "ok", "server gone": "warning", "server off": "failed"}
    assert "cannot be reached" in found["server off"]["text"]
    assert all(check["remedy"] for name, check in found.items() if name != "server desk")


def test_a_name_that_stands_for_no_server_is_refused_before_anything_is_stored(
    novelgen: CommandLine, configure: Configure, tmp_path: Path
) -> None:
    configure()
    name = f"server:http://me:{KEY}@127.0.0.1:9/v1#m"
    refused = novelgen("new", "--model", name, *NEW, expect=2)
    assert "key_env" in refused.stderr
    assert KEY not in refused.stderr
    assert not files_with(tmp_path, KEY)
    assert not (tmp_path / "home" / "data" / "novelgen.db").exists()


def test_an_adapter_and_other_commands_want_a_model_of_this_machine(
    novelgen: CommandLine, configure: Configure, tmp_path: Path
) -> None:
    configure()
    refused = novelgen(
        "new", "--model", "server:desk", "--adapter", "smollm2-135m-1", *NEW, expect=2
    )
    assert "takes no adapter" in refused.stderr
    refused = novelgen("models", "pull", "server:desk", expect=2)
    assert "a model of this machine" in refused.stderr
