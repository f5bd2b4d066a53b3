"""Text that attacks a terminal, a file or the program, from a person or already in the database."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from novelgen.text.sanitize import clean_line, clean_text
from tests.conftest import CommandLine
from tests.faults.conftest import NEW

RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]")
NASTY = (
    "\x1b]0;owned\x07Red\x1b[31m \u202eTitle\x9b2J\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"
    "\r\n\x08\x7f\u2066\u200f\ufeffEnd"
)
FLOODS = {
    "openers of a title": "\x9d", "openers of a string": "\x90", "both": "\x90\x9d",
    "escapes": "\x1b", "openers with ESC": "\x1b]", "openers and text": "\x9daaaa",
    "openers of a code": "\x9b1", "strings with ESC": "\x1bP", "new lines": "\n", "spaces": " ",
    "marks": "\u202e", "carriage returns": "\r", "letters": "a", "words": "a ",
    "digits of a code": "\x1b[" + "1" * 99, "stars": "* ", "tags": "<a",
}  # fmt: skip

pytestmark = [pytest.mark.faults]


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_cleaned_in_one_pass(flood: str) -> None:
    """One that is read again from every character would not end within the test's limit."""
    unit = FLOODS[flood]
    text = unit * (500_000 // len(unit)) + "m The end."
    for clean in (clean_text, clean_line):
        cleaned = clean(text)
        assert not RAW.search(cleaned)
        assert cleaned.endswith("The end.")


def test_what_a_person_gives(novelgen: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "premise.txt").write_bytes((NASTY + "\0 A letter.").encode() + b"\r\n" * 9)
    made = novelgen(
        "new", "--model", "scripted", "--target-words", "300", "--premise-file", "premise.txt",
        "--title", NASTY, "--author", NASTY, "--json",
    )  # fmt: skip
    novel = json.loads(made.stdout)["id"]
    outputs = [made.stderr]
    for command in (("list",), ("show", novel), ("export", novel, "--output", "-")):
        finished = novelgen(*command)
        outputs += [finished.stdout, finished.stderr]
    outputs.append(novelgen("show", NASTY + "nobody", expect=3).stderr)
    for output in outputs:
        assert not RAW.search(output)
    (tmp_path / "premise.txt").write_bytes(b"A \xed\xa0\x80 lone surrogate")
    refused = novelgen(*NEW[:3], "--target-words", "300", "--premise-file", "premise.txt", expect=2)
    assert "premise.txt is not UTF-8 text" in refused.stderr
    (tmp_path / "premise.txt").write_text("a " * 5_000_000)
    refused = novelgen(*NEW[:3], "--target-words", "300", "--premise-file", "premise.txt", expect=2)
    assert "more than 8,000" in refused.stderr


def test_bytes_that_are_no_text_as_an_argument(novelgen: CommandLine) -> None:
    """The shell hands them over as lone surrogates."""
    novelgen(*NEW[:3], "--title", "Sa\udcfflt \udcc3", "--premise", "p\udcff", "--author",
             "a\udcff", "--target-words", "300", "--plan-only")  # fmt: skip
    assert "Salt" in novelgen("list").stdout
    assert "nobody" in novelgen("show", "nobody\udcff", expect=3).stderr


def test_what_another_program_put_into_the_database(novelgen: CommandLine, home: Path) -> None:
    novelgen(*NEW, "--target-words", "900")
    with closing(sqlite3.connect(home / "data" / "novelgen.db")) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        bad = NASTY.encode() + b"\0 \xff\xfe \xed\xa0\x80 ok"
        for table, column in (
            ("novels", "title"), ("novels", "author"), ("novels", "premise"), ("novels", "model"),
            ("revisions", "title"), ("planned_chapters", "title"), ("branches", "name"),
        ):  # fmt: skip
            connection.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT)", (bad,))
        paragraph = (NASTY * 30_000).encode() + b"\n" + b"word " * 1_900_000
        connection.execute(
            "UPDATE segments SET text = CAST(? AS TEXT) WHERE position = 1", (paragraph,)
        )
        (novel,) = connection.execute("SELECT id FROM novels").fetchone()
        connection.commit()
    exported = ""
    for command, code in (
        (("list",), 0), (("show", novel), 0), (("show", novel, "--json"), 0),
        (("export", novel, "--output", "-"), 0), (("verify", novel), 1), (("snapshots", novel), 0),
        (("list", "--json"), 0),
    ):  # fmt: skip
        finished = novelgen(*command, expect=code)
        assert not RAW.search(finished.stdout), command
        assert not RAW.search(finished.stderr), command
        assert "Traceback" not in finished.stderr
        if command[0] == "export":
            exported = finished.stdout
    front = yaml.safe_load(exported.split("---\n")[1])
    assert front["title"].startswith("Red Title")
    assert len(exported) > 9_000_000


def test_one_bad_row_hides_no_other(novelgen: CommandLine, home: Path) -> None:
    for title in ("Salt", "Sand"):
        novelgen(*NEW[:3], "--title", title, "--premise", "p", "--target-words", "300",
                 "--plan-only")  # fmt: skip
    with closing(sqlite3.connect(home / "data" / "novelgen.db")) as connection:
        connection.execute(
            "UPDATE novels SET title = CAST(x'ff53' AS TEXT), premise = CAST(x'ff' AS TEXT)"
            " WHERE title = 'Salt'"
        )
        connection.commit()
    listed = novelgen("list").stdout
    assert "Sand" in listed
    assert "�S" in listed
