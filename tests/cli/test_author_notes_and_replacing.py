"""Notes of an author, and replacing, through the command line in real processes."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.",
       "--target-words", "200", "--chapters", "2", "--seed", "3")  # fmt: skip
TYPED = "Mara ran [[secret plan]] home.\n\n[[a scene\nis missing]]\n\nThe coat was grey.\n"


@pytest.fixture
def written(novelgen: CommandLine) -> CommandLine:
    novelgen(*NEW)
    novelgen("edit", "The Keeper", "--chapter", "1", stdin=TYPED)
    return novelgen


def test_notes_are_in_nothing_that_leaves(written: CommandLine, tmp_path: Path) -> None:
    written("export", "The Keeper", "--output", "book.md")
    book = (tmp_path / "book.md").read_text()
    assert "Mara ran home." in book
    shown = written("show", "The Keeper").stdout + written("--json", "show", "The Keeper").stdout
    for text in (book, shown, written("diff", "The Keeper", "--chapter", "1").stdout):
        assert "secret" not in text
        assert "missing" not in text
        assert "[[" not in text
    edited = json.loads(
        written("--json", "edit", "The Keeper", "--chapter", "1", stdin=TYPED).stdout
    )
    assert (edited["words"], edited["changed"], edited["notes_changed"]) == (7, False, False)


def test_the_editor_shows_the_notes_and_keeps_them(
    written: CommandLine, environment: dict[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\ncp "$1" seen.txt\nsed -i "s/secret/open/; s/grey/gray/" "$1"\n')
    script.chmod(0o755)

    def edit() -> str:
        terminal, inner = pty.openpty()
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "novelgen", "edit", "The Keeper", "--chapter", "1"],
                stdin=inner, capture_output=True, text=True, cwd=tmp_path, check=False,
                env=environment | {"EDITOR": str(script), "VISUAL": ""},
            )  # fmt: skip
        finally:
            os.close(terminal)
            os.close(inner)
        assert ended.returncode == 0, ended.stderr
        return (tmp_path / "seen.txt").read_text()

    assert edit() == TYPED
    assert edit() == TYPED.replace("secret", "open").replace("grey", "gray")


def test_words_are_sought_and_replaced(written: CommandLine) -> None:
    found = json.loads(written("--json", "search", "The Keeper", "GREY").stdout)
    assert [hit["id"] for hit in found["hits"]] == ["chapters.1.text:0"]
    assert "[grey]" in written("search", "The Keeper", "grey", "--words").stdout
    preview = written("replace", "The Keeper", "grey", "gray").stdout
    assert "[-grey-]{+gray+}" in preview
    assert "Nothing was changed" in preview
    assert "1 place changed" in written("replace", "The Keeper", "grey", "gray", "--yes").stdout
    assert "gray" in written("search", "The Keeper", "gray").stdout
    written("undo", "The Keeper")
    assert "[grey]" in written("search", "The Keeper", "grey").stdout
    grouped = ("replace", "The Keeper", r"coat was (\w+)", r"\1 coat", "--pattern", "--yes")
    assert "1 place changed" in written(*grouped).stdout
    assert "grey coat" in written("search", "The Keeper", "grey coat", "--case").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("replace", "The Keeper", "xylophone", "a"), 3, "stands nowhere"),
        (("replace", "The Keeper", "(", "a", "--pattern"), 2, "no regular expression"),
        (("search", "The Keeper", "a", "--in", "attic"), 2, "is no part"),
        (("search", "The Keeper", "a", "--in", "plan", "--chapter", "1"), 2, "goes with"),
        (("search", "The Keeper", "a", "--words", "--pattern"), 2, "does not go"),
        (("replace", "The Keeper", "grey", "a", "--leave", "x:1"), 3, "no hit"),
    ],
)
def test_what_cannot_be_sought_is_told(
    written: CommandLine, arguments: tuple[str, ...], code: int, message: str
) -> None:
    assert message in written(*arguments, expect=code).stderr
