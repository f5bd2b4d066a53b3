"""`novelgen voice`, as a person calls it."""

import json
from pathlib import Path

import pytest

from tests.conftest import CommandLine

NEW = ("new", "--model", "scripted", "--title", "The Keeper", "--seed", "9", "--target-words",
       "600", "--premise", "A detective finds a clue.", "--plan-only")  # fmt: skip
BAD = (
    (("--set", "tense"), "has no “=”"),
    (("--set", "mood=dark"), "no field 'mood'"),
    (("--unban", "delve"), "'delve' is not banned"),
    (("--edit", "--versions"), "Both --edit and --versions"),
    (("--restore", "1", "--ban", "x"), "Both --restore and --set"),
    (("--from", "nowhere.yaml"), "cannot be read"),
)


@pytest.fixture
def novel(novelgen: CommandLine) -> CommandLine:
    novelgen(*NEW)
    return novelgen


def sheet(novelgen: CommandLine, *arguments: str) -> dict[str, object]:
    shown: dict[str, object] = json.loads(
        novelgen("voice", "The Keeper", "--json", *arguments).stdout
    )
    return shown


def test_a_voice_is_guessed_said_and_brought_back(novel: CommandLine) -> None:
    shown = novel("voice", "The Keeper")
    assert "genre:         mystery   (guessed from the premise)" in shown.stdout
    assert "style:         open" in shown.stdout
    assert "Nobody has said" in shown.stderr
    changed = sheet(
        novel, "--set", "tense=present", "--set", "style=Dry humour; Short", "--ban", "delve"
    )
    assert changed["version"] == 1
    assert changed["guessed"] == {"genre": "premise", "point_of_view": "premise"}
    assert changed["line"] == "Mystery, third person, present tense. Dry humour. Short."
    assert "as it was" in novel("voice", "The Keeper", "--set", "tense=present").stderr
    sheet(novel, "--unban", "delve")
    assert sheet(novel, "--restore", "1")["sheet"] == changed["sheet"]
    listed = json.loads(novel("voice", "The Keeper", "--versions", "--json").stdout)
    assert [each["version"] for each in listed["versions"]] == [3, 2, 1]
    assert "3*" in novel("voice", "The Keeper", "--versions").stdout


def test_a_sheet_is_edited_and_a_wrong_one_is_kept(novel: CommandLine, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import sys, pathlib\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('tense: past', 'tense: present'))\n"
    )
    terminal = {"VISUAL": f"python3 {editor}"}
    novel("voice", "The Keeper", "--edit", **terminal)
    edited = sheet(novel)
    assert (edited["version"], edited["guessed"]) == (1, {})
    editor.write_text(editor.read_text().replace("tense: past", "tense: present").replace(
        "'tense: present')", "'tense: sideways')", 1
    ))  # fmt: skip
    refused = novel("voice", "The Keeper", "--edit", expect=2, **terminal)
    assert "tense is 'sideways'" in refused.stderr
    kept = refused.stderr.split("What you wrote is kept in ")[1].split("\n")[0]
    assert "tense: sideways" in Path(kept).read_text()
    assert sheet(novel)["version"] == 1


def test_a_new_novel_has_the_voice_of_a_file(novelgen: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "voice.yaml").write_text("tense: present\nbanned: [delve]\n")
    novelgen(*NEW, "--voice", "voice.yaml")
    shown = sheet(novelgen)
    assert (shown["version"], shown["sheet"]["banned"]) == (1, ["delve"])  # type: ignore[index]
    (tmp_path / "voice.yaml").write_text("tense: sometimes\n")
    assert "tense is" in novelgen(*NEW, "--voice", "voice.yaml", expect=2).stderr
    assert len(json.loads(novelgen("list", "--json").stdout)["novels"]) == 1
    novelgen("voice", "The Keeper", "--from", "voice.yaml", expect=2)
    (tmp_path / "voice.yaml").write_text("point_of_view: first person\n")
    assert sheet(novelgen, "--from", "voice.yaml")["version"] == 2
    novelgen("voice", "The Keeper", "--from", "-", stdin="point_of_view: third person\n")
    assert sheet(novelgen)["sheet"]["point_of_view"] == "third"  # type: ignore[index]
    empty = novelgen("voice", "The Keeper", "--from", "-", stdin="\n", expect=2)
    assert "standard input is empty" in empty.stderr
    assert "is empty" in novelgen(*NEW, "--voice", "-", expect=2).stderr


def test_bad_requests_change_nothing(novel: CommandLine) -> None:
    for arguments, words in BAD:
        assert words in novel("voice", "The Keeper", *arguments, expect=2).stderr
    novel("voice", "The Keeper", "--restore", "9", expect=3)
    assert sheet(novel)["version"] == 0
