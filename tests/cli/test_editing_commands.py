"""The commands that change a novel, as a person calls them."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.",
       "--seed", "9", "--target-words", "1500")  # fmt: skip
Document = Callable[..., dict[str, Any]]


@pytest.fixture
def document(novelgen: CommandLine) -> Document:
    """The JSON document of a command."""

    def call(*arguments: str, **how: Any) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(novelgen(*arguments, "--json", **how).stdout)
        return parsed

    return call


@pytest.fixture
def written(novelgen: CommandLine) -> CommandLine:
    novelgen(*NEW)
    return novelgen


def chapter(novelgen: CommandLine, number: int) -> str:
    """The prose of a chapter, without its heading."""
    exported = novelgen("export", "The Keeper", "-o", "-", "--chapters", str(number)).stdout
    return exported.split("\n# ", 1)[1].split("\n", 1)[1].strip()


def test_an_edit_its_diff_its_undo(
    written: CommandLine, document: Document, tmp_path: Path
) -> None:
    before = chapter(written, 2)
    (tmp_path / "two.md").write_text(f"# Another title\n\nA ship came in.\n\n{before}\n")
    edited = document("edit", "The Keeper", "--chapter", "2", "--file", "two.md")
    assert (edited["chapter"], edited["revision"], edited["changed"]) == (2, 2, True)
    assert chapter(written, 2) == f"A ship came in.\n\n{before}"
    shown = document("show", "The Keeper")
    assert shown["chapters"][1]["title"] == "Another title"
    assert [each["memory_behind"] for each in shown["chapters"]] == [False, True, True]
    told = written("diff", "The Keeper", "--chapter", "2").stdout
    assert "revision 1 (generated" in told
    assert "{+A ship came in.+}" in told
    assert "[-" not in told
    listed = document("revisions", "The Keeper", "--chapter", "2")["revisions"]
    assert [(each["origin"], each["parent"], each["current"]) for each in listed] == [
        ("generated", None, False),
        ("edited", 1, True),
    ]
    assert "Undone: chapter 2 edited." in written("undo", "The Keeper").stdout
    assert chapter(written, 2) == before
    assert document("redo", "The Keeper")["label"] == "chapter 2 edited"
    assert document("restore", "The Keeper", "--chapter", "2", "--revision", "1")["revision"] == 1
    assert chapter(written, 2) == before
    assert len(document("undo", "The Keeper", "--list")["changes"]) == 2
    written("verify", "The Keeper")


def test_the_text_may_come_from_standard_input(written: CommandLine) -> None:
    told = written("edit", "The Keeper", "--chapter", "1", stdin="It rained.\n\nNobody came.\n")
    assert "revision 2 now: 4 words" in told.stdout
    assert chapter(written, 1) == "It rained.\n\nNobody came."
    refused = written("edit", "The Keeper", "--chapter", "1", stdin="", expect=2)
    assert "is empty" in refused.stderr
    assert chapter(written, 1) == "It rained.\n\nNobody came."


def test_memory_is_read_again_on_demand_and_before_writing(
    written: CommandLine, document: Document
) -> None:
    text = chapter(written, 1)
    written("edit", "The Keeper", "--chapter", "1", stdin=f"Once more.\n\n{text}")
    assert document("verify", "The Keeper")["memory_behind"] == [1, 2, 3]
    read = document("reread", "The Keeper")
    assert read["complete"] is True
    assert read["segments"] >= 6
    verified = document("verify", "The Keeper", "--memory")
    assert verified["memory_behind"] == verified["problems"] == []
    assert verified["memory"]["equal"] == verified["memory"]["compared"] == verified["snapshots"]
    assert "up to the text already" in written("reread", "The Keeper").stdout
    written("edit", "The Keeper", "--chapter", "3", "--unfinished", stdin="It began again.")
    written("resume", "The Keeper")
    assert chapter(written, 3).startswith("It began again.")
    assert document("verify", "The Keeper")["memory_behind"] == []


def test_a_chapter_drafted_anew(written: CommandLine, document: Document) -> None:
    before = [chapter(written, number) for number in (1, 2, 3)]
    told = written("regenerate", "The Keeper", "--chapter", "2", "--candidates", "2",
                   "--instruction", "Let it rain.")  # fmt: skip
    assert "Chapter 2 is revision" in told.stdout
    assert "The other drafts are its revisions" in told.stderr
    after = [chapter(written, number) for number in (1, 2, 3)]
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]
    assert len(document("revisions", "The Keeper", "--chapter", "2")["revisions"]) == 3
    drafted = document("regenerate", "The Keeper", "--chapter", "3", "--from-paragraph", "2")
    assert drafted["chapter"] == 3
    assert chapter(written, 3).split("\n\n")[0] == before[2].split("\n\n")[0]
    missing = written("regenerate", "The Keeper", "--chapter", "7", expect=3)
    assert "has no text yet" in missing.stderr


def test_what_to_check_and_what_is_meant_so(written: CommandLine, document: Document) -> None:
    one, two = chapter(written, 1), chapter(written, 2)
    story = "Barnabas Crane opened the old door and went in."
    written("edit", "The Keeper", "--chapter", "1", stdin=f"{story}\n\n{one}")
    written("edit", "The Keeper", "--chapter", "2", stdin=f"Nobody had seen Barnabas.\n\n{two}")
    told = written("edit", "The Keeper", "--chapter", "1",
                   stdin=f"{story.replace('Barnabas', 'Erasmus')}\n\n{one}")  # fmt: skip
    assert "1 later passage may no longer fit" in told.stderr
    shown = written("check", "The Keeper").stdout
    assert "it said  “Barnabas Crane opened" in shown
    assert "now      “Erasmus Crane opened" in shown
    assert "chapter 2, paragraph 1: “Nobody had seen Barnabas.”" in shown
    (check,) = document("check", "The Keeper")["checks"]
    assert document("show", "The Keeper")["chapters"][1]["to_check"] == 1
    written("check", "The Keeper", "--intended", "999", expect=3)
    written("check", "The Keeper", "--intended", str(check["id"]))
    assert document("check", "The Keeper")["checks"] == []
    assert document("show", "The Keeper")["chapters"][1]["to_check"] == 0


def test_a_name_is_shown_before_it_is_changed(written: CommandLine, document: Document) -> None:
    written("edit", "The Keeper", "--chapter", "1", stdin="Barnabas saw Barnabas' dog.")
    preview = written("rename", "The Keeper", "Barnabas", "Erasmus")
    assert "[-Barnabas-]{+Erasmus+} saw" in preview.stdout
    assert "Nothing was changed" in preview.stdout
    assert chapter(written, 1) == "Barnabas saw Barnabas' dog."
    assert "2 places changed" in written("rename", "The Keeper", "Barnabas", "Erasmus", "-y").stdout
    assert chapter(written, 1) == "Erasmus saw Erasmus' dog."
    written("undo", "The Keeper")
    assert chapter(written, 1) == "Barnabas saw Barnabas' dog."
    written("rename", "The Keeper", "Zebedee", "Erasmus", "--yes", expect=3)


def test_branches_by_hand(written: CommandLine, document: Document) -> None:
    main = written("export", "The Keeper", "-o", "-").stdout
    written("branch", "The Keeper", "--at", "1", "--name", "she stays", "--switch")
    written("resume", "The Keeper")
    assert written("export", "The Keeper", "-o", "-").stdout != main
    listed = document("branches", "The Keeper")["branches"]
    assert [(each["name"], each["shared_chapters"], each["active"]) for each in listed] == [
        ("main", 0, False),
        ("she stays", 1, True),
    ]
    compared = document("compare", "The Keeper", "main")["chapters"]
    assert [each["share_changed"] > 0 for each in compared] == [False, True, True]
    told = written("diff", "The Keeper", "--chapter", "2", "--branch", "main").stdout
    assert "of the words changed" in told
    written("switch", "The Keeper", "main")
    assert written("export", "The Keeper", "-o", "-").stdout == main
    written("switch", "The Keeper", "nowhere", expect=3)
    refused = written("branch", "The Keeper", "--at", "1", "--name", "main", expect=2)
    assert "already" in refused.stderr


def test_an_editor_s_text_is_never_thrown_away(
    written: CommandLine, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    """In a real terminal, with an editor that writes and then fails, and one that does not."""
    import pty
    import subprocess
    import sys

    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nprintf "My hour of work.\\n" > "$1"\nexit $EDITOR_CODE\n')
    script.chmod(0o755)

    def edit(code: str) -> "subprocess.CompletedProcess[bytes]":
        terminal, inner = pty.openpty()
        try:
            return subprocess.run(
                [sys.executable, "-m", "novelgen", "edit", "The Keeper", "--chapter", "1"],
                stdin=inner,
                capture_output=True,
                env=environment | {"EDITOR": str(script), "EDITOR_CODE": code, "VISUAL": ""},
                check=False,
            )
        finally:
            os.close(terminal)
            os.close(inner)

    before = chapter(written, 1)
    failed = edit("3")
    assert failed.returncode == 2
    (kept,) = (home / "state" / "editing").iterdir()
    assert str(kept) in failed.stderr.decode()
    assert kept.read_text() == "My hour of work.\n"
    assert chapter(written, 1) == before
    assert edit("0").returncode == 0
    assert chapter(written, 1) == "My hour of work."
    assert list((home / "state" / "editing").iterdir()) == [kept]


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 5)])
def test_memory_of_another_adapter_is_offered_to_be_read_again(
    novelgen: CommandLine, environment: dict[str, str], home: Path, answer: str, code: int
) -> None:
    import pty
    import sqlite3
    import subprocess
    import sys

    novelgen(*NEW, "--plan-only")
    novelgen("resume", "The Keeper", "--until-chapter", "1", expect=6)
    with sqlite3.connect(home / "data" / "novelgen.db") as connection:
        connection.execute("UPDATE novels SET adapter_fingerprint = 'of another adapter'")
    connection.close()
    refused = novelgen("resume", "The Keeper", expect=5)
    assert "another adapter" in refused.stderr
    assert "novelgen reread" in refused.stderr
    terminal, inner = pty.openpty()
    try:
        os.write(terminal, f"{answer}\n".encode())
        asked = subprocess.run(
            [sys.executable, "-m", "novelgen", "resume", "The Keeper"],
            stdin=inner,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
    finally:
        os.close(terminal)
        os.close(inner)
    assert asked.returncode == code, asked.stderr
    assert "Read the text again with it?" in asked.stderr
    if code == 0:
        novelgen("verify", "The Keeper", "--memory")


def test_a_file_of_spoilt_encoding_is_refused(written: CommandLine, tmp_path: Path) -> None:
    before = chapter(written, 1)
    (tmp_path / "spoilt.txt").write_bytes("She said “no”.\n\nLast ".encode() + b"\xff byte.\n")
    refused = written("edit", "The Keeper", "--chapter", "1", "--file", "spoilt.txt", expect=2)
    assert "line 3" in refused.stderr
    assert chapter(written, 1) == before
    (tmp_path / "old.txt").write_bytes("Café.\n".encode("cp1252"))
    written("edit", "The Keeper", "--chapter", "1", "--file", "old.txt")
    assert chapter(written, 1) == "Café."


def test_bad_requests_are_answered_and_change_nothing(written: CommandLine) -> None:
    before = written("export", "The Keeper", "-o", "-").stdout
    bad: list[tuple[tuple[str, ...], int, str]] = [
        (("regenerate", "--chapter", "0"), 2, "--chapter"),
        (("regenerate", "--chapter", "2", "--candidates", "17"), 2, "--candidates"),
        (("regenerate", "--chapter", "2", "--words", "10"), 2, "--words"),
        (("regenerate", "--chapter", "2", "--from-paragraph", "999"), 2, "paragraphs"),
        (("regenerate", "--chapter", "2", "--instruction", "x" * 1_001), 2, "1,000 characters"),
        (("edit", "--chapter", "9"), 3, "the next one is 4"),
        (("edit", "--chapter", "1", "--file", "missing.txt"), 2, "cannot be read"),
        (("edit", "--chapter", "1", "--file", "."), 2, "cannot be read"),
        (("revisions", "--chapter", "9"), 3, "no chapter 9"),
        (("diff", "--chapter", "1", "--from", "7"), 3, "no revision 7"),
        (("diff", "--chapter", "1", "--branch", "nowhere"), 3, "no branch called"),
        (("restore", "--chapter", "1", "--revision", "7"), 3, "no revision 7"),
        (("undo",), 3, "no change to undo"),
        (("redo",), 3, "no change to redo"),
        (("check", "--intended", "x"), 2, "no number of the list"),
        (("branch", "--at", "-1", "--name", "x"), 2, "--at"),
        (("branch", "--at", "9", "--name", "x"), 3, "no chapter 9"),
        (("branch", "--at", "1", "--name", " "), 2, "1 to 60 characters"),
        (("compare", "nowhere"), 3, "no branch called"),
        (("resume", "--from", "zz"), 3, "no snapshot"),
        (("rename", "Mara", "…", "--yes"), 2, "is no name"),
        (("rename", "Mara", "Mara", "--yes"), 2, "is the same name"),
    ]
    for (command, *options), code, said in bad:
        refused = written(command, "The Keeper", *options, expect=code)
        assert said in refused.stderr, (command, options, refused.stderr)
        assert "Traceback" not in refused.stderr
    assert written("export", "The Keeper", "-o", "-").stdout == before
