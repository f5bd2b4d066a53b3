"""Real runs in processes of their own serve their figures while they live, if a port is set."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

import pytest

from tests.cli.runs import LONG, NEW, ask, detached, kill, wait_until
from tests.conftest import CommandLine
from tests.metrics.scraping import Series, asked, free_port, series_in, value

SHORT = ("--target-words", "1500")


@pytest.fixture
def address(environment: dict[str, str]) -> str:
    """Where the runs of this test serve."""
    port = free_port()
    environment["NOVELGEN_METRICS_PORT"] = str(port)
    return f"http://127.0.0.1:{port}/metrics"


@contextmanager
def running(
    environment: dict[str, str], folder: Path, *arguments: str
) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", *arguments], cwd=folder, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def scraped(address: str) -> Series | None:
    """None while nobody serves."""
    try:
        return series_in(asked(address)[1])
    except OSError:
        return None


def scraped_with(address: str, segments: int) -> Series:
    """What is served once so many segments are committed."""
    found: list[Series] = []

    def is_there() -> bool:
        series = scraped(address)
        if series is not None and series.get(SEGMENTS, 0) >= segments:
            found.append(series)
        return bool(found)

    wait_until(is_there)
    return found[0]


SEGMENTS = ("novelgen:segments_committed_total", frozenset[tuple[str, str]]())


def test_what_a_run_serves_is_what_the_database_has(
    environment: dict[str, str], home: Path, address: str, tmp_path: Path
) -> None:
    with running(environment, tmp_path, *NEW, *LONG) as process:
        seen = [scraped_with(address, segments) for segments in (1, 10, 25)]
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert f"Metrics for Prometheus: {address}\n" in said and "Anybody" not in said
    rows = ask(home, "SELECT words, tokens FROM segments ORDER BY id")
    words, tokens = (list(accumulate(column)) for column in zip(*rows, strict=True))
    for series in seen:
        number = int(value(series, "segments_committed_total"))
        assert value(series, "words_committed_total") == words[number - 1]
        assert value(series, "novel_words") == words[number - 1]
        assert value(series, "tokens_kept_total") == tokens[number - 1]
        drawn = value(series, "generation_tokens_total", purpose="prose")
        assert drawn >= value(series, "tokens_drawn_total") > tokens[number - 1]
        assert value(series, "memory_write_seconds_count") >= number
        assert value(series, "segment_commit_seconds_count") == number
        assert value(series, "worker_state", state="writing") == 1
        assert value(series, "generation_tokens_total", purpose="question") > 0
    assert scraped(address) is None


def test_a_detached_run_serves_too_and_its_model_is_named(
    novelgen: CommandLine, address: str
) -> None:
    with detached(novelgen):
        text = asked(address)[1]
        assert 'novelgen:num_requests_running{model_name="scripted",worker="run"}' in text
        series = scraped_with(address, 3)
        assert value(series, "words_committed_total") > 0
        kill(novelgen)
        assert scraped(address) is None


def test_a_measured_run_writes_the_same_words(
    novelgen: CommandLine, home: Path, address: str, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    novelgen(*NEW, *SHORT, NOVELGEN_HOME=str(bare), NOVELGEN_METRICS_PORT="0")
    measured = novelgen(*NEW, *SHORT)
    assert f"Metrics for Prometheus: {address}" in measured.stderr
    written = "SELECT text, key, words, tokens, carry FROM segments ORDER BY id"
    assert ask(home, written) == ask(bare, written) != []
    assert scraped(address) is None
    redrafted = novelgen("regenerate", "The Keeper", "--chapter", "1")
    assert f"Metrics for Prometheus: {address}" in redrafted.stderr


def test_a_port_that_is_taken_is_told_before_a_word_is_written(
    novelgen: CommandLine, environment: dict[str, str], home: Path, address: str, tmp_path: Path
) -> None:
    with running(environment, tmp_path, *NEW, *LONG):
        scraped_with(address, 1)
        other = ("new", "--model", "scripted", "--title", "The Other", "--premise", "A.", *SHORT)
        refused = novelgen(*other, expect=2)
        assert "The metrics cannot be served at 127.0.0.1:" in refused.stderr
        assert "NOVELGEN_METRICS_PORT=" in refused.stderr and "Traceback" not in refused.stderr
        assert ask(home, "SELECT count(*) FROM runs") == [(1,)]
        told = novelgen("resume", "The Other", "--detach", expect=2)
        assert "The metrics cannot be served at" in told.stderr


def test_others_are_warned_of_where_they_can_reach_it(novelgen: CommandLine, address: str) -> None:
    said = novelgen(*NEW, *SHORT, NOVELGEN_METRICS_HOST="0.0.0.0").stderr
    assert "Metrics for Prometheus: http://0.0.0.0:" in said
    assert "Anybody who reaches that port can read them" in said and "never its prose" in said


def test_without_a_port_no_socket_is_opened_and_nothing_is_imported(
    environment: dict[str, str], tmp_path: Path
) -> None:
    program = (
        "import sys, socket\n"
        "def refuse(*_):\n    raise AssertionError('a socket listens')\n"
        "sys.addaudithook(lambda event, _: refuse() if event == 'socket.bind' else None)\n"
        "from novelgen.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "assert 'novelgen.metrics.serving' in sys.modules\n"
        "loaded = {'prometheus_client', 'http.server', 'novelgen.metrics.server'}\n"
        "assert not loaded & set(sys.modules), loaded & set(sys.modules)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, *NEW, *SHORT],
        capture_output=True, text=True, cwd=tmp_path, env=environment, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert "Metrics" not in finished.stderr


def test_a_missing_extra_is_told_with_how_to_install_it(
    environment: dict[str, str], address: str, tmp_path: Path
) -> None:
    program = (
        "import sys\n"
        "sys.modules['prometheus_client'] = None\n"  # as if it were not installed
        "from novelgen.cli.main import run\nrun()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, *NEW, *SHORT],
        capture_output=True, text=True, cwd=tmp_path, env=environment, check=False,
    )  # fmt: skip
    assert finished.returncode == 2
    assert "the extra `metrics` is not installed" in finished.stderr
    assert "pip install 'novelgen[metrics]'" in finished.stderr


@pytest.mark.parametrize("value", ["-1", "65536", "none"])
def test_a_port_is_a_number_that_there_is(novelgen: CommandLine, value: str) -> None:
    refused = novelgen(*NEW, *SHORT, expect=2, NOVELGEN_METRICS_PORT=value)
    assert "metrics_port" in refused.stderr
