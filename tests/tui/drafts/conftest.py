"""A novel drawn with several candidates, some of them cut by the guard."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.conftest import TITLE, written

BANNED = "lantern"


@pytest.fixture(scope="session")
def _drafted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("drafted") / "home"
    written(home, "--chapters", "2", "--candidates", "3", "--plan-only", words=900)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOVELGEN_")}
    for arguments in (["voice", TITLE, "--ban", BANNED], ["resume", TITLE, "--headless"]):
        subprocess.run(
            [sys.executable, "-m", "novelgen", "--home", str(home), "--quiet", *arguments],
            check=True,
            capture_output=True,
            env=kept,
        )
    return home


@pytest.fixture
def drafted_home(_drafted_home: Path, home: Path) -> Path:
    """A home with a finished novel of two chapters, three drafts for every passage."""
    shutil.copytree(_drafted_home, home)
    return home
