"""Chapters that were drafted while nobody looked: listed, read, kept, and drafted anew."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runs import NEW
from tests.conftest import CommandLine

WORDS = ("--target-words", "1500", "--chapters", "3")


def drafted(novelgen: CommandLine, setting: str) -> list[dict[str, Any]]:
    """The items of a novel of three chapters that a detached run has written."""
    novelgen(*NEW, *WORDS, "--detach", NOVELGEN_UNATTENDED_CHAPTERS=setting)
    novelgen("attach", "The Keeper")
    return items(novelgen)


def items(novelgen: CommandLine, *novel: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(novelgen("inbox", "list", *novel, "--json").stdout)[
        "items"
    ]
    return listed


def exported_chapters(novelgen: CommandLine) -> int:
    text = novelgen("export", "The Keeper", "--output", "-").stdout
    return sum(line.startswith("# ") and "The Keeper" not in line for line in text.splitlines())


def test_chapters_that_join_are_in_the_book_at_once(novelgen: CommandLine) -> None:
    waiting = drafted(novelgen, "join")
    assert [item["chapter"] for item in waiting] == [1, 2, 3]
    assert {item["state"] for item in waiting} == {"drafted"}
    assert not any(item["is_held"] for item in waiting)
    assert exported_chapters(novelgen) == 3
    assert json.loads(novelgen("list", "--json").stdout)["novels"][0]["waiting"] == 3
    assert "3 chapters wait in the inbox" in novelgen("show", "The Keeper").stdout
    assert "The Keeper" in novelgen("inbox").stdout


def test_chapters_that_wait_are_no_part_of_the_book_until_kept(novelgen: CommandLine) -> None:
    waiting = drafted(novelgen, "wait")
    assert all(item["is_held"] for item in waiting)
    refused = novelgen("export", "The Keeper", "--output", "-", expect=3)
    assert "novelgen inbox keep --all" in refused.stderr
    first, second, third = (str(item["id"]) for item in waiting)
    novelgen("inbox", "keep", first, second)
    exported = novelgen("export", "The Keeper", "--output", "-")
    assert "chapter 3" in exported.stderr
    assert exported_chapters(novelgen) == 2
    shown = json.loads(novelgen("show", "The Keeper", "--json").stdout)
    assert [chapter["is_held"] for chapter in shown["chapters"]] == [False, False, True]
    assert shown["waiting"] == 1
    assert shown["words"] == sum(chapter["words"] for chapter in shown["chapters"])
    assert "not in the book" in novelgen("show", "The Keeper").stdout
    kept = json.loads(novelgen("inbox", "keep", "--all", "The Keeper", "--json").stdout)
    assert kept == {"kept": [int(third)]}
    whole = novelgen("export", "The Keeper", "--output", "-")
    assert whole.stderr == "" and exported_chapters(novelgen) == 3
    assert items(novelgen) == []
    assert "Nothing waits" in novelgen("inbox").stderr


def test_reading_prints_the_chapter_and_notes_it(novelgen: CommandLine, home: Path) -> None:
    item = drafted(novelgen, "join")[1]
    mark = json.dumps([{"segment": 0, "words": 9, "mark": "drawn 2 times"}])
    with sqlite3.connect(home / "data" / "novelgen.db") as database:
        database.execute("UPDATE inbox SET marks = ? WHERE id = ?", (mark, item["id"]))
    database.close()
    read = novelgen("inbox", "read", str(item["id"]))
    assert "! segment 1: drawn 2 times" in read.stdout
    told = json.loads(novelgen("inbox", "read", str(item["id"]), "--json").stdout)
    assert told["text"].splitlines()[0] in read.stdout
    assert len(told["text"].split()) > 300 and told["state"] == "read"
    assert [each["state"] for each in items(novelgen)] == ["drafted", "read", "drafted"]


def test_a_chapter_is_drafted_anew(novelgen: CommandLine) -> None:
    item = drafted(novelgen, "wait")[1]
    number = str(item["id"])
    before = json.loads(novelgen("inbox", "read", number, "--json").stdout)["text"]
    redone = novelgen("inbox", "redo", number, "--instruction", "Let it rain.", "--json")
    assert json.loads(redone.stdout)["chapter"] == 2
    assert [each["chapter"] for each in items(novelgen, "The Keeper")] == [1, 3]
    text = novelgen("export", "The Keeper", "--output", "-").stdout
    assert exported_chapters(novelgen) == 1 and before not in text
    after = json.loads(novelgen("inbox", "read", number, "--json").stdout)
    assert after["text"] == before
    refused = novelgen("inbox", "keep", number, expect=2)
    assert "redone" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("read", "77"), 3, "no item 77"),
        (("keep",), 2, "--all"),
        (("keep", "first"), 2, "first"),
        (("keep", "--all", "a", "b"), 2, "one novel"),
        (("redo", "77"), 3, "no item 77"),
        (("list", "Nobody"), 3, "Nobody"),
    ],
)
def test_a_bad_request_is_answered(
    novelgen: CommandLine, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in novelgen("inbox", *arguments, expect=code).stderr


def test_a_chapter_replaced_since_waits_no_more(novelgen: CommandLine) -> None:
    item = drafted(novelgen, "wait")[0]
    novelgen("edit", "The Keeper", "--chapter", "1", stdin="My own text.")
    assert [each["chapter"] for each in items(novelgen)] == [2, 3]
    assert "replaced" in novelgen("inbox", "keep", str(item["id"]), expect=2).stderr
