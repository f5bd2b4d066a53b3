"""Looking on from another process: the run is shown, left alone, and seen to its end."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from novelgen.errors import ExitCode
from tests.cli.runs import NEW, detached, grows, last_run
from tests.conftest import CommandLine

USAGE = int(ExitCode.USAGE)


def start(environment: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "novelgen", *arguments], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_ctrl_c_looks_away_and_the_run_goes_on(
    novelgen: CommandLine, environment: dict[str, str], home: Path
) -> None:
    with detached(novelgen):
        onlooker = start(environment, "attach", "The Keeper")
        assert onlooker.stderr is not None
        lines = iter(onlooker.stderr.readline, "")
        begun = next(line for line in lines if line.startswith("Chapter "))
        assert " words)" in begun
        next(line for line in lines if "tokens/s" in line)
        onlooker.send_signal(signal.SIGINT)
        _, rest = onlooker.communicate(timeout=60)
        assert onlooker.returncode == 130
        assert "The run goes on" in rest and "novelgen pause" in rest
        grows(home)
        assert last_run(novelgen)["status"] == "running"


def test_prose_is_what_the_manuscript_says(
    novelgen: CommandLine, environment: dict[str, str], home: Path
) -> None:
    with detached(novelgen):
        onlooker = start(environment, "attach", "The Keeper", "--prose")
        assert onlooker.stdout is not None
        first = onlooker.stdout.readline()
        grows(home)
        novelgen("pause", "The Keeper")
        rest, narration = onlooker.communicate(timeout=60)
        assert onlooker.returncode == 130
        assert "Stopped at " in narration
    written = novelgen("export", "The Keeper", "--output", "-").stdout
    prose = "\n".join(line for line in written.splitlines() if not line.startswith("# "))
    told = [line for line in (first + rest).splitlines() if line]
    assert len(told) > 5
    assert all(line in prose for line in told)
    # What is drawn and in no segment yet stands in the manuscript, and was not told.
    assert len(prose) - prose.rindex(told[-1]) < 2_000


def test_it_ends_with_the_run_and_its_code(novelgen: CommandLine) -> None:
    with detached(novelgen, "--target-words", "3000"):
        seen = novelgen("attach", "The Keeper", "--json")
        document = json.loads(seen.stdout)
        assert document["status"] == "finished" and document["run_status"] == "finished"
        assert "Finished: " in seen.stderr and "novelgen export" in seen.stderr
        again = novelgen("attach", "The Keeper")
        assert "Finished: " in again.stderr and again.stdout == ""


def test_a_limit_is_seen_from_elsewhere(novelgen: CommandLine) -> None:
    novelgen(*NEW, "--target-words", "30000", "--plan-only")
    novelgen("resume", "The Keeper", "--until-chapter", "1", "--detach")
    assert "Stopped at " in novelgen("attach", "The Keeper", expect=6).stderr


def test_a_novel_without_a_run_says_how_to_begin(novelgen: CommandLine) -> None:
    novelgen(
        "new", "--model", "nobody/has-it", "--target-words", "500", "--premise", "x", "--adapter",
        "none", "--title", "The Keeper", expect=5, HF_HUB_OFFLINE="1",
    )  # fmt: skip
    assert "novelgen resume" in novelgen("attach", "The Keeper", expect=3).stderr
    assert "not being written" in novelgen("pause", "The Keeper").stderr


def test_a_failed_run_is_told_with_its_error(novelgen: CommandLine, home: Path) -> None:
    novelgen(*NEW, "--target-words", "3000", "--plan-only")
    prompts = home / "config" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "brief_completion.jinja").write_text("{{ nobody_sets_this }}")
    failed = novelgen("resume", "The Keeper", expect=USAGE)
    told = novelgen("attach", "The Keeper", expect=USAGE)
    assert "nobody_sets_this" in failed.stderr and "nobody_sets_this" in told.stderr
    assert "failed" in told.stderr and "novelgen resume" in told.stderr
    assert last_run(novelgen)["status"] == "failed"
