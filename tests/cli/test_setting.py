"""`novelgen set`: what a person changes about a novel in mid-book."""

import json
from pathlib import Path

from tests.cli.runs import NEW, detached, grows
from tests.conftest import CommandLine


def test_title_author_length_and_candidates(novelgen: CommandLine) -> None:
    novelgen(*NEW, "--target-words", "600", "--plan-only")
    said = novelgen(
        "set", "The Keeper", "--title", "The \x1b[31mLamp", "--author", "A. N.",
        "--target-words", "900", "--candidates", "2",
    ).stdout  # fmt: skip
    assert said.splitlines() == [
        "title: The Keeper -> The Lamp",
        "author: none -> A. N.",
        "target words: 600 -> 900",
        "candidates: 1 -> 2",
    ]
    shown = json.loads(novelgen("show", "The Lamp", "--json").stdout)
    assert (shown["title"], shown["author"], shown["target_words"]) == ("The Lamp", "A. N.", 900)
    assert shown["status"] == "paused"
    again = json.loads(novelgen("set", "The Lamp", "--candidates", "2", "--json").stdout)
    assert (again["changed"], again["candidates"]) == ([], 2)
    novelgen("resume", "The Lamp")
    shown = json.loads(novelgen("show", "The Lamp", "--json").stdout)
    assert (shown["status"], abs(shown["words"] - 900) <= 25) == ("finished", True)
    shorter = novelgen("set", "The Lamp", "--target-words", "500", expect=2)
    assert "The chapters have" in shorter.stderr  # all of them are written
    novelgen("set", "The Lamp", "--target-words", "2000")
    shown = json.loads(novelgen("show", "The Lamp", "--json").stdout)
    assert shown["status"] == "paused"
    planned = sum(chapter["target_words"] for chapter in shown["chapters"])
    assert abs(planned - 2_000) <= 25
    assert "is so already" in novelgen("set", "The Lamp", "--model", "scripted").stdout
    assert novelgen("set", "The Lamp", "--author", "").stdout == "author: A. N. -> none\n"


def test_mistakes_are_said_and_change_nothing(novelgen: CommandLine) -> None:
    novelgen(*NEW, "--target-words", "600", "--plan-only")
    before = novelgen("show", "The Keeper", "--json").stdout
    for arguments, told in (
        ((), "Nothing is to be changed"),
        (("--title", " "), "--title is empty"),
        (("--title", "a" * 301), "longer than 300"),
        (("--target-words", "9"), "--target-words is 9"),
        (("--candidates", "17"), "it can be 1 to 16"),
        (("--adapter", "smollm2-135m-1"), "takes no adapter"),
    ):
        assert told in novelgen("set", "The Keeper", *arguments, expect=2).stderr
    for arguments in (("--model", "no-such"), ("--model", "scripted", "--adapter", "./no")):
        novelgen("set", "The Keeper", *arguments, expect=3 if "no-such" in arguments else 2)
    assert novelgen("show", "The Keeper", "--json").stdout == before


def test_a_novel_that_is_being_written_is_left_alone(novelgen: CommandLine, home: Path) -> None:
    with detached(novelgen) as made:
        grows(home)
        refused = novelgen("set", made["id"], "--title", "Other", expect=2)
    assert "is being written by another process" in refused.stderr
    assert "novelgen pause" in refused.stderr
    novelgen("set", made["id"], "--title", "Other")
