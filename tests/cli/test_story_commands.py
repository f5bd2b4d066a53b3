"""What is known of a story, as a person calls it up and changes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CommandLine
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf, shelf

__all__ = ["shelf"]

Call = Callable[..., str]
BOOK = "The Lighthouse"


@pytest.fixture
def call(novelgen: CommandLine, shelf: Shelf) -> Call:
    """A command on a novel with two typed chapters that do not agree; what it prints."""
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2 + "\n\nAnna Reed had brown eyes.")

    def run(command: str, *arguments: str, expect: int = 0) -> str:
        done = novelgen(
            command, BOOK, *arguments, expect=expect, NOVELGEN_DATABASE_URL=shelf.store.url
        )
        return done.stdout + done.stderr

    return run


def document(call: Call, *arguments: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(call(*arguments, "--json", "--quiet"))
    return parsed


def test_the_bible_is_read_listed_edited_and_taken_back(
    call: Call, shelf: Shelf, tmp_path: Path
) -> None:
    assert "Chapters 1, 2 are not read yet" in call("bible")
    known = document(call, "bible", "--read")
    anna = next(each for each in known["entries"] if each["name"] == "Anna Reed")
    eyes = next(fact for fact in anna["facts"] if fact["value"] == "green")
    assert (anna["aliases"], anna["first_chapter"], known["unread"]) == (["Anna"], 1, [])
    assert (eyes["from_chapter"], eyes["source_chapter"], eyes["origin"]) == (1, 1, "text")
    assert eyes["source_passage"].startswith("She had green eyes")
    assert "Anna Reed has green eyes.   [read, from chapter 1]" in call("bible")
    assert document(call, "bible", "--chapter", "1")["entries"] == []
    before = shelf.names()
    edited = yaml.safe_load(call("bible", "--yaml"))
    edited["entries"] = [each for each in edited["entries"] if each["name"] != "Tom"]
    (tmp_path / "bible.yaml").write_text(yaml.safe_dump(edited))
    changed = document(call, "bible", "--from", "bible.yaml")
    assert (changed["changed"], changed["entries"]) == (True, 1)
    assert "Tom" not in shelf.names()
    assert "Undone: bible edited." in call("undo")
    assert shelf.names() == before


def test_a_fact_is_added_from_a_chapter_on(call: Call) -> None:
    added = call("bible", "--add-fact", "Lena Marsh: is a diver", "--from-chapter", "2")
    assert "1 entries, 1 facts" in added
    assert "Lena Marsh is a diver.   [yours, from chapter 2]" in call("bible")
    assert "is no fact" in call("bible", "--add-fact", "nonsense", expect=2)


def test_the_story_so_far_is_shown_and_replaced(call: Call, shelf: Shelf) -> None:
    told = document(call, "story", "--read")
    assert [each["number"] for each in told["chapters"]] == [1, 2]
    assert told["chapters"][0]["origin"] == "extract"
    assert "Anna Reed" in told["chapters"][0]["text"]
    mine = document(call, "story", "--chapter", "1", "--set", "Anna looks for a letter.")
    assert (mine["text"], mine["origin"]) == ("Anna looks for a letter.", "author")
    assert document(call, "story", "--book", "--set", "A book.")["text"] == "A book."
    shown = call("story")
    assert "Chapter 1   (yours)\nAnna looks for a letter." in shown
    assert "The book   (yours)\nA book." in shown
    back = document(call, "story", "--chapter", "1", "--reset")
    assert (back["origin"], "Anna Reed" in back["text"]) == ("extract", True)
    assert "Which summary" in call("story", "--reset", expect=2)
    call("story", "--chapter", "9", expect=3)


def test_contradictions_and_promises_are_checked(call: Call) -> None:
    found = document(call, "check", "--read")
    (eyes,) = found["contradictions"]
    (letter,) = found["promises"]
    assert found["checks"] == []
    assert eyes["message"] == "Anna Reed: eyes green, then brown."
    assert (eyes["chapter"], eyes["other_chapter"]) == (2, 1)
    assert "forged letter" in letter["text"]
    shown = call("check")
    assert f"{eyes['id']}  Anna Reed: eyes green, then brown." in shown
    assert "chapter 1, paragraph 1: “She had green eyes" in shown
    assert "“Anna Reed had brown eyes.”" in shown
    assert f"{letter['id']}  chapter 1" in shown
    call("check", "--intended", letter["id"], "--intended", "c999", expect=3)
    answered = document(call, "check", "--intended", letter["id"], "--intended", "all")
    assert answered["intended"] == [letter["id"], eyes["id"]]
    assert "Nothing to check" in call("check")
