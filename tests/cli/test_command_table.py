"""The list of commands is right without importing them, and quick because of that."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from novelgen.cli.command_table import COMMANDS, CommandEntry


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_a_summary_is_the_first_line_of_its_command(entry: CommandEntry) -> None:
    module = import_module(f"novelgen.cli.commands.{entry.module}")
    target = getattr(module, entry.attribute)
    text = target.info.help if isinstance(target, typer.Typer) else inspect.getdoc(target)
    first = " ".join(text.partition("\n\n")[0].split())
    assert entry.summary == first


def test_help_imports_no_command_and_no_heavy_library() -> None:
    code = (
        "import sys\n"
        "from novelgen.cli import main\n"
        "sys.argv = ['novelgen', '--help']\n"
        "try:\n    main.run()\nexcept SystemExit:\n    pass\n"
        "print(sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Research and repair" in done.stdout
    loaded = done.stderr
    for name in ("novelgen.cli.commands.", "'sqlalchemy'", "'pydantic'", "'torch'", "'numpy'"):
        assert name not in loaded


@pytest.mark.parametrize("arguments", [["bench"], ["eval", "--help"], ["models", "-h"]])
def test_groups_offer_no_shell_completion(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "novelgen", *arguments], capture_output=True, text=True, check=False
    )
    assert "completion" not in done.stdout + done.stderr
    assert "Usage" in done.stdout + done.stderr
