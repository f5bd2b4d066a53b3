"""Homes for tests of the library: chapters that wait, a run that has died, no model anywhere."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

_WAITING_TITLE = "The Night Post"


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model lies on this machine, and nothing can be fetched."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "HF_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nobody" / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")


@pytest.fixture
def scripted_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """New novels are written by the scripted engine unless the form says otherwise."""
    monkeypatch.setenv("NOVELGEN_MODEL", "scripted")


@pytest.fixture(scope="session")
def _waiting_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("waiting") / "home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOVELGEN_")}
    kept |= {"NOVELGEN_UNATTENDED_CHAPTERS": "wait", "NOVELGEN_HOME": str(home)}
    for arguments in (
        ("new", "--model", "scripted", "--title", _WAITING_TITLE, "--premise", "A postman.",
         "--seed", "4", "--target-words", "1500", "--chapters", "3", "--detach"),
        ("attach", _WAITING_TITLE),
    ):  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "novelgen", "--quiet", *arguments],
            check=True,
            capture_output=True,
            env=kept,
        )
    mark = '[{"segment": 0, "words": 9, "mark": "drawn 2 times"}, {"paragraph": 2, "mark": "odd"}]'
    with sqlite3.connect(home / "data" / "novelgen.db") as database:
        database.execute("UPDATE inbox SET marks = ? WHERE chapter_number = 1", (mark,))
    database.close()
    return home


@pytest.fixture
def waiting_home(_waiting_home: Path, home: Path) -> Path:
    """A home whose novel has three chapters in the inbox, no part of the book yet."""
    shutil.copytree(_waiting_home, home)
    return home


@pytest.fixture
def crashed_home(planned_home: Path) -> Path:
    """A home whose planned novel has a run that has died."""
    with sqlite3.connect(planned_home / "data" / "novelgen.db") as database:
        database.execute("UPDATE runs SET status = 'running', finished_at = NULL")
        database.execute("UPDATE novels SET status = 'writing'")
    database.close()
    return planned_home
