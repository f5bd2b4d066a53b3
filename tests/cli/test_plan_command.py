"""`novelgen plan` and `novelgen new --plan`, as a person calls them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--premise",
       "Mara Hale finds a letter.", "--seed", "9", "--target-words", "1500")  # fmt: skip


@pytest.fixture
def planned(novelgen: CommandLine) -> CommandLine:
    novelgen(*NEW, "--plan-only")
    return novelgen


def plan_of(novelgen: CommandLine, *more: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(novelgen("plan", "The Keeper", *more, "--json").stdout)
    return document


def test_a_plan_is_shown_changed_and_brought_back(planned: CommandLine) -> None:
    shown = planned("plan", "The Keeper").stdout
    assert "- Mara Hale" in shown
    heading = next(line for line in shown.splitlines() if line.startswith("## Chapter 2"))
    mine = shown.replace(heading, "## Chapter 2: Mine (700 words)")
    changed = planned("plan", "The Keeper", "--from", "-", stdin=mine)
    assert "version 2 now: 3 chapters" in changed.stdout
    told = plan_of(planned)
    assert (told["version"], told["written"], told["target_words"]) == (2, 0, 1_500)
    assert [chapter["words"] for chapter in told["chapters"]] == [400, 700, 400]
    assert (told["chapters"][1]["title"], told["chapters"][1]["origin"]) == ("Mine", "author")
    assert told["characters"][0] == {"name": "Mara Hale", "description": "", "origin": "author"}
    stale = planned("plan", "The Keeper", "--from", "-", stdin=mine, expect=2)
    assert "made from version 1" in stale.stderr
    planned("plan", "The Keeper", "--restore", "1")
    listed = plan_of(planned, "--versions")["versions"]
    assert [(each["version"], each["made"]) for each in listed] == [
        (3, "version 1 again"), (2, "edited"), (1, "planned"),
    ]  # fmt: skip
    assert plan_of(planned, "--at", "2")["chapters"][1]["title"] == "Mine"


def test_a_plan_is_a_file_in_yaml_too(planned: CommandLine) -> None:
    how = ("plan", "The Keeper", "--format", "yaml", "-o", "plan.yaml")
    assert planned(*how).stdout.strip() == "plan.yaml"
    assert "exists" in planned(*how, expect=2).stderr
    same = plan_of(planned, "--from", "plan.yaml")
    assert (same["version"], same["changed"]) == (1, False)


def test_a_written_novel_is_planned_anew_and_made_longer(planned: CommandLine) -> None:
    planned("resume", "The Keeper", "--until-chapter", "1", expect=6)
    first = plan_of(planned)["chapters"][0]
    assert (first["status"], first["beats"][-1]["closes"]) == ("written", "chapter")
    replanned = planned("plan", "The Keeper", "--replan", "--target-words", "2400")
    assert "version 2 now" in replanned.stdout
    told = plan_of(planned)["chapters"]
    assert [chapter["status"] for chapter in told[1:]] == ["outlined"] * (len(told) - 1)
    assert told[0] == first
    done = json.loads(planned("resume", "The Keeper", "--json").stdout)
    assert (done["status"], done["target_words"]) == ("finished", 2_400)
    assert abs(done["words"] - 2_400) <= 25


def test_mistakes_are_named_by_their_line_and_change_nothing(planned: CommandLine) -> None:
    told = planned("plan", "The Keeper", "--from", "-", stdin="## Chapter 1\n\n### No", expect=2)
    assert "Line 3 of the plan: found “### No”" in told.stderr
    assert "Expected" in told.stderr
    for options, word in (
        (("--edit", "--versions"), "together"),
        (("--from-chapter", "2"), "--replan"),
        (("--edit",), "no terminal"),
    ):
        assert word in planned("plan", "The Keeper", *options, expect=2).stderr
    assert "no version 7" in planned("plan", "The Keeper", "--restore", "7", expect=3).stderr
    assert plan_of(planned)["version"] == 1


def test_what_was_typed_into_the_editor_is_kept_until_it_is_stored(
    planned: CommandLine, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nsed -i "s/^## Chapter 2.*/$HEADING/" "$1"\n')
    script.chmod(0o755)

    def edit(heading: str) -> "subprocess.CompletedProcess[bytes]":
        terminal, inner = pty.openpty()
        try:
            return subprocess.run(
                [sys.executable, "-m", "novelgen", "plan", "The Keeper", "--edit"],
                stdin=inner,
                capture_output=True,
                env=environment | {"EDITOR": str(script), "HEADING": heading, "VISUAL": ""},
                check=False,
            )
        finally:
            os.close(terminal)
            os.close(inner)

    failed = edit("## Chaptre 2: Mine")
    assert failed.returncode == 2
    assert b"Line " in failed.stderr
    (kept,) = (home / "state" / "editing").iterdir()
    assert kept.suffix == ".md"
    assert str(kept) in failed.stderr.decode()
    assert "## Chaptre 2: Mine" in kept.read_text()
    assert edit("## Chapter 2: Mine").returncode == 0
    assert plan_of(planned)["chapters"][1]["title"] == "Mine"
    assert list((home / "state" / "editing").iterdir()) == [kept]


def test_an_authors_outline_is_written_as_it_is(novelgen: CommandLine, tmp_path: Path) -> None:
    lines = "\n".join(f"## {number} Ways to Sea\n" for number in range(1, 51))
    (tmp_path / "outline.md").write_text(f"# The Keeper\n\nMara Hale keeps a light.\n\n{lines}")
    made = novelgen("new", "--model", "scripted", "--plan", "outline.md", "--seed", "1",
                    "--target-words", "10000", "--plan-only")  # fmt: skip
    assert "50 chapters in the outline; “The Keeper” is taken for the title" in made.stderr
    shown = json.loads(novelgen("show", "The Keeper", "--json").stdout)
    assert [chapter["title"] for chapter in shown["chapters"]] == [
        f"{number} Ways to Sea" for number in range(1, 51)
    ]
    told = plan_of(novelgen)
    assert sum(chapter["words"] for chapter in told["chapters"]) == 10_000
    assert told["characters"][0]["name"] == "Mara Hale"
    assert all(chapter["brief"] for chapter in told["chapters"])


def test_an_outline_with_words_and_scenes_needs_nothing_else(novelgen: CommandLine) -> None:
    outline = (
        "# One (200 words)\nMara leaves.\n- she packs\n- she goes\n# Two (300 words)\nIt rains."
    )
    made = json.loads(
        novelgen(
            "new",
            "--model",
            "scripted",
            "--title",
            "The Keeper",
            "--seed",
            "1",
            "--plan",
            "-",
            "--json",
            stdin=outline,
        ).stdout
    )
    assert (made["target_words"], made["chapters"], made["status"]) == (500, 2, "finished")
    told = plan_of(novelgen)
    assert [beat["brief"] for beat in told["chapters"][0]["beats"]] == ["she packs", "she goes"]
    assert {beat["origin"] for beat in told["chapters"][0]["beats"]} == {"author"}


def test_an_outline_that_cannot_be_is_refused_before_a_novel_is_made(
    novelgen: CommandLine,
) -> None:
    outline = "# One\n# Two\n"
    for options, word in (
        (("--target-words", "1000", "--chapters", "3"), "the outline has 2 chapters"),
        ((), "--target-words is missing"),
    ):
        told = novelgen("new", "--model", "scripted", "--plan", "-", *options, stdin=outline,
                        expect=2)  # fmt: skip
        assert word in told.stderr
    told = novelgen("new", "--model", "scripted", "--plan", "-", "--target-words", "100",
                    stdin="# One (90 words)\n# Two\n", expect=2)  # fmt: skip
    assert "10 of 100 words are left for 1 chapter;" in told.stderr
    assert novelgen("list", "--json").stdout.count('"id"') == 0
