"""What the model saw and drew is shown, and another draft can be taken."""

import json
from pathlib import Path

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


def test_a_locked_passage_is_not_put_aside_for_another_draft(written: CommandLine) -> None:
    written("lock", "The Keeper", "--chapter", "1", "--paragraphs", "1")
    before = written("export", "The Keeper", "-o", "-").stdout
    place = ("--chapter", "1", "--passage", "1", "--draft", "2")
    refused = written("choose", "The Keeper", *place, expect=2)
    assert "is locked" in refused.stderr
    assert "novelgen unlock" in refused.stderr
    assert written("export", "The Keeper", "-o", "-").stdout == before


HUGE = "99999999999999999999"


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "The Keeper", "--context", "--chapter", HUGE),
        ("lock", "The Keeper", "--chapter", HUGE, "--paragraphs", "1"),
        ("voice", "The Keeper", "--restore", HUGE),
        ("bible", "The Keeper", "--chapter", HUGE),
        ("unlock", "The Keeper", HUGE),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_number_beyond_all_bounds_is_not_found(
    novelgen: CommandLine, arguments: tuple[str, ...]
) -> None:
    novelgen(*NEW, "--plan-only")
    refused = novelgen(*arguments, expect=3)
    assert "unexpected" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) >= 2  # what failed, and what to do


def test_inputs_that_are_a_mistake_change_nothing(novelgen: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    refused = novelgen(*NEW, "--premise-file", "empty", expect=2)
    assert "--premise-file" in refused.stderr  # also beside --premise
    refused = novelgen("new", "--model", "scripted", "--target-words", "600", "--premise-file",
                       "empty", expect=2)  # fmt: skip
    assert "empty is empty" in refused.stderr
    novelgen(*NEW, "--plan-only")
    novelgen("voice", "The Keeper", "--ban", "a testament to", "--set", "genre=mystery")
    for arguments in (("--from", "empty"), ("--set", "banned=x")):
        novelgen("voice", "The Keeper", *arguments, expect=2)
    sheet = json.loads(novelgen("voice", "The Keeper", "--json").stdout)["sheet"]
    assert (sheet["genre"], sheet["banned"]) == ("mystery", ["a testament to"])
    plan = novelgen("plan", "The Keeper").stdout
    (tmp_path / "plan.md").write_text(plan.replace("novel: The Keeper", "novel: Salt"))
    refused = novelgen("plan", "The Keeper", "--from", "plan.md", expect=2)
    assert "the plan of “Salt”" in refused.stderr
    for arguments in (("--from-chapter", "2"), ("--yaml", "--chapter", "1")):
        novelgen("bible", "The Keeper", *arguments, expect=2)
    novelgen("bible", "The Keeper", "--chapter", "99", expect=3)
    assert "yaml" in json.loads(novelgen("bible", "The Keeper", "--yaml", "--json").stdout)
