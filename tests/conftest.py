"""Shared by all tests: a home below tmp_path, the command line as a real process, a real
PostgreSQL database where there is a server."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgresql import fresh_database, server_url

REPOSITORY = Path(__file__).resolve().parent.parent
CommandLine = Callable[..., "subprocess.CompletedProcess[str]"]
ENV_TEST = "NOVELGEN_TEST_"
"""How the variables begin that are meant for the tests."""
ENV_MODELS = f"{ENV_TEST}MODELS"
"""The model cache of whoever runs the tests, for the tests that write with the default model."""


def pytest_configure() -> None:
    """What the person who runs the tests has set for novelgen does not reach the tests.

    Worker processes inherit what this leaves.
    """
    if "NOVELGEN_MODELS" in os.environ:
        os.environ[ENV_MODELS] = os.environ["NOVELGEN_MODELS"]
    for name in list(os.environ):
        if name.startswith("NOVELGEN_") and not name.startswith(ENV_TEST):
            del os.environ[name]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """The environment of a child process: its own home, warnings as errors, no colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOVELGEN_")}
    return kept | {
        "NOVELGEN_HOME": str(home),
        "NOVELGEN_KEEP_WARM_MINUTES": "0",  # tests of the resident engine set it
        "PYTHONWARNINGS": "error",
        "NO_COLOR": "1",
    }


@pytest.fixture
def novelgen(environment: dict[str, str], tmp_path: Path) -> CommandLine:
    """Run `novelgen ARGUMENTS` as a real process in tmp_path; check its exit code."""

    def call(
        *arguments: str, expect: int = 0, stdin: str | None = None, **extra: str
    ) -> "subprocess.CompletedProcess[str]":
        finished = subprocess.run(
            [sys.executable, "-m", "novelgen", *arguments],
            capture_output=True,
            text=True,
            input=stdin if stdin is not None else "",
            cwd=tmp_path,
            env=environment | extra,
            timeout=1200,
            check=False,
        )
        assert finished.returncode == expect, (
            f"exit code {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
        )
        return finished

    return call


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of a fresh, empty database on the server of the tests; without one, a skip."""
    with fresh_database(server_url()) as url:
        yield url
