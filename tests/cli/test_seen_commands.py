"""What the model saw and drew is shown, and another draft can be taken."""

import json

import pytest

from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.",
       "--seed", "9", "--target-words", "600", "--candidates", "3")  # fmt: skip


@pytest.fixture
def written(novelgen: CommandLine) -> CommandLine:
    novelgen(*NEW)
    return novelgen


def test_context_and_candidates_of_a_passage(written: CommandLine) -> None:
    shown = json.loads(
        written("show", "The Keeper", "--context", "--chapter", "1", "--json").stdout
    )
    first, *_ = shown["passages"]
    assert (shown["chapter"], first["passage"], first["segment"]) == (1, 1, 1)
    assert "A letter." in first["brief"]
    told = written("show", "The Keeper", "--context", "--candidates", "--passage", "1").stdout
    for line in first["brief"].split("\n"):
        assert line.strip() in told
    assert "premise" in told
    assert told.count("  not kept; ") == 2
    assert all(draft["text"].strip()[:30] in told for draft in first["candidates"])


def test_a_place_that_is_not_there(written: CommandLine) -> None:
    refused = written("show", "The Keeper", "--context", "--chapter", "9", expect=3)
    assert "Chapter 9 has no text yet" in refused.stderr
    refused = written("show", "The Keeper", "--context", "--passage", "99", expect=3)
    assert "no such passage" in refused.stderr


def test_another_draft_is_taken_and_undone(written: CommandLine) -> None:
    def text() -> str:
        return written("export", "The Keeper", "-o", "-").stdout

    def drafts() -> list[str]:
        shown = written("show", "The Keeper", "--candidates", "--chapter", "1", "--json").stdout
        return [draft["text"].strip() for draft in json.loads(shown)["passages"][0]["candidates"]]

    before, (kept, other, *_) = text(), drafts()
    assert kept in before
    place = ("--chapter", "1", "--passage", "1")
    written("choose", "The Keeper", *place, "--draft", "2")
    assert other in text()
    assert kept not in text()
    assert drafts() == [kept, other, *drafts()[2:]]  # they are still known
    written("choose", "The Keeper", *place, "--draft", "1")
    assert text() == before
    written("undo", "The Keeper")
    assert other in text()
    refused = written("choose", "The Keeper", *place, "--draft", "9", expect=3)
    assert "has 3 drafts" in refused.stderr


def test_parts_can_be_left_out(novelgen: CommandLine) -> None:
    novelgen(*NEW[:-2], "--without", "ranking", "--without", "plan")
    shown = novelgen("show", "The Keeper", "--context", "--passage", "1", "--json").stdout
    assert "What happens next." in json.loads(shown)["passages"][0]["brief"]
    refused = novelgen(*NEW, "--without", "talent", expect=2)
    assert "guard, ranking, plan, memory" in refused.stderr
