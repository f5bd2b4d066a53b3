"""`novelgen infill`, `lock`, `unlock` and `locks`, as a person calls them."""

import json

import pytest

from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.",
       "--seed", "9", "--target-words", "600")  # fmt: skip
BAD = (
    (("infill", "--chapter", "1"), "--paragraphs is missing"),
    (("infill", "--chapter", "1", "--paragraphs", "3-2"), "is no range of paragraphs"),
    (("infill", "--chapter", "1", "--paragraphs", "0"), "is no range of paragraphs"),
    (("infill", "--chapter", "1", "--keep", "1", "--words", "9"), "Both --keep and --words"),
    (("infill", "--chapter", "1", "--paragraphs", "900"), "--paragraphs goes to 900"),
    (("lock", "--chapter", "1", "--paragraphs", "x"), "is no range of paragraphs"),
)


@pytest.fixture
def written(novelgen: CommandLine) -> CommandLine:
    novelgen(*NEW)
    return novelgen


def chapter(novelgen: CommandLine, number: int) -> str:
    exported = novelgen("export", "The Keeper", "-o", "-", "--chapters", str(number)).stdout
    return exported.split("\n# ", 1)[1].split("\n", 1)[1].strip()


def test_a_passage_is_rewritten_shown_exchanged_and_undone(written: CommandLine) -> None:
    before = chapter(written, 1)
    asked = ("infill", "The Keeper", "--chapter", "1")
    drawn = json.loads(written(*asked, "--paragraphs", "2", "--candidates", "2", "--json").stdout)
    assert [each["number"] for each in drawn["candidates"]] == [1, 2]
    assert (drawn["chapter"], drawn["revision"]) == (1, 2)
    assert drawn["candidates"][drawn["chosen"] - 1]["text"] in chapter(written, 1)
    other = 3 - drawn["chosen"]
    shown = written(*asked, "--keep", str(other))
    assert f"candidate {other}*:" in shown.stdout
    assert "Chapter 1 is revision 3 now" in shown.stdout
    assert drawn["candidates"][other - 1]["text"] in chapter(written, 1)
    assert "paragraph 2 rewritten" in written("undo", "The Keeper").stdout
    written("undo", "The Keeper")
    assert chapter(written, 1) == before


def test_a_locked_passage_is_listed_kept_and_released(written: CommandLine) -> None:
    locked = written("lock", "The Keeper", "--chapter", "1", "--paragraphs", "1-2")
    assert "Locked, as lock 1" in locked.stdout
    listed = json.loads(written("locks", "The Keeper", "--json").stdout)["locks"]
    assert [(each["id"], each["chapter"], each["paragraphs"]) for each in listed] == [
        (1, 1, [1, 2])
    ]
    for refused in (
        ("regenerate", "The Keeper", "--chapter", "1"),
        ("infill", "The Keeper", "--chapter", "1", "--paragraphs", "2"),
    ):
        assert "is locked" in written(*refused, expect=2).stderr
    edited = written("edit", "The Keeper", "--chapter", "1", stdin="My own words.")
    assert "You changed a locked passage (lock 1)" in edited.stderr
    assert "changed by you" in written("locks", "The Keeper").stdout
    written("undo", "The Keeper")
    assert "1-2" in written("locks", "The Keeper").stdout
    assert "Lock 1 is released" in written("unlock", "The Keeper", "1").stdout
    assert "No passage is locked" in written("locks", "The Keeper").stderr
    written("unlock", "The Keeper", "1", expect=3)


def test_bad_requests_change_nothing(written: CommandLine) -> None:
    for (command, *rest), words in BAD:
        assert words in written(command, "The Keeper", *rest, expect=2).stderr
    listed = json.loads(written("show", "The Keeper", "--json").stdout)["chapters"]
    assert {each["revision"] for each in listed} == {1}
