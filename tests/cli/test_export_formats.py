"""`novelgen export` as a person uses it: formats, choices, what is in the way."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import CommandLine

FORMATS = ("md", "epub", "docx", "html", "txt", "json")


@pytest.fixture
def novel(novelgen: CommandLine) -> str:
    made = novelgen(
        "new", "--model", "scripted", "--title", "The Keeper: Æon", "--author", "Ann Lee",
        "--premise", "A keeper finds a letter.", "--target-words", "900", "--seed", "4",
    )  # fmt: skip
    return made.stdout.strip()


def test_every_format_by_name_and_by_suffix(
    novelgen: CommandLine, tmp_path: Path, novel: str
) -> None:
    for name in FORMATS:
        by_name = tmp_path / novelgen("export", novel, "-f", name).stdout.strip()
        assert by_name.name == f"the-keeper-on.{name}"
        by_suffix = tmp_path / novelgen("export", novel, "-o", f"other.{name}").stdout.strip()
        assert by_suffix.read_bytes() == by_name.read_bytes(), "the same novel, the same file"
        assert by_name.stat().st_size > 1_000


def test_smart_marks_where_readers_read(novelgen: CommandLine, novel: str) -> None:
    straight = novelgen("export", novel, "-o", "-").stdout
    assert '"' in straight
    assert "“" not in straight
    smart = novelgen("export", novel, "-o", "-", "--smart").stdout
    assert "“" in smart
    html = novelgen("export", novel, "-f", "html", "-o", "-").stdout
    assert "“" in html
    html = novelgen("export", novel, "-f", "html", "-o", "-", "--straight").stdout
    assert "“" not in html


def test_the_title_page_has_what_the_settings_say(
    novelgen: CommandLine, tmp_path: Path, novel: str
) -> None:
    novelgen("config", "set", "legal_name", "Annabel Lee-Poe")
    novelgen("config", "set", "address", "1 Kingdom Road; By the Sea")
    novelgen("config", "set", "email", "ann@example.org")
    novelgen("export", novel, "-o", "m.docx")
    with zipfile.ZipFile(tmp_path / "m.docx") as book:
        text = re.sub(r"<[^>]+>", " ", book.read("word/document.xml").decode())
    for told in ("Annabel Lee-Poe", "1 Kingdom Road", "By the Sea", "ann@example.org", "Ann Lee"):
        assert told in text
    novelgen("export", novel, "-o", "r.docx", "--style", "reading")
    with zipfile.ZipFile(tmp_path / "r.docx") as book:
        assert "Kingdom Road" not in book.read("word/document.xml").decode()


def test_a_folder_of_chapters(novelgen: CommandLine, tmp_path: Path, novel: str) -> None:
    path = tmp_path / novelgen("export", novel, "--per-chapter").stdout.strip()
    names = sorted(each.name for each in path.iterdir())
    assert names[0] == "00-title-page.md"
    assert all(re.fullmatch(r"\d\d-[\w-]+\.md", name) for name in names)
    novelgen("export", novel, "--per-chapter", expect=2)
    (path / "01-old.md").write_text("old")
    novelgen("export", novel, "--per-chapter", "--force")
    assert sorted(each.name for each in path.iterdir()) == names
    (path / "mine.txt").write_text("precious")
    refused = novelgen("export", novel, "--per-chapter", "--force", expect=2)
    assert "mine.txt" in refused.stderr
    assert (path / "mine.txt").read_text() == "precious"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_part_has_a_name_of_its_own(novelgen: CommandLine, tmp_path: Path, novel: str) -> None:
    whole = tmp_path / novelgen("export", novel).stdout.strip()
    before = whole.read_bytes()
    part = novelgen("export", novel, "--chapters", "1", "--force").stdout.strip()
    assert part == f"{whole.stem}-1.md"
    assert whole.read_bytes() == before


def test_a_full_disk_behind_stdout_is_said(
    environment: dict[str, str], tmp_path: Path, novel: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "novelgen", "export", novel, "-o", "-"],
            stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=environment, check=False,
        )  # fmt: skip
    assert ended.returncode == 4
    assert b"Standard output cannot be written" in ended.stderr


def test_a_branch_by_name(novelgen: CommandLine, novel: str) -> None:
    before = novelgen("export", novel, "-o", "-").stdout
    novelgen("branch", novel, "--at", "1", "--name", "darker")
    main = novelgen("export", novel, "-o", "-", "--branch", "main").stdout
    darker = novelgen("export", novel, "-o", "-", "--branch", "darker").stdout
    assert main.split("---\n", 2)[2] == before.split("---\n", 2)[2]
    assert darker.count("\n# ") == 1
    missing = novelgen("export", novel, "-o", "-", "--branch", "lighter", expect=3)
    assert "lighter" in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-f", "mobi"), "There is no export format 'mobi'"),
        (("-o", "book.mobi"), "There is no export format 'mobi'"),
        (("-o", "new/"), "names a folder"),
        (("--page", "a5"), "a5"),
        (("--face", "arial"), "arial"),
        (("-f", "md", "--style", "reading"), "has no reading style"),
        (("-f", "docx", "--cover", "cover.jpg"), "has no cover"),
        (("-f", "epub", "--cover", "missing.jpg"), "missing.jpg"),
        (("-f", "epub", "--cover", "notes.txt"), "notes.txt"),
        (("-f", "epub", "--per-chapter"), "one file for the whole book"),
        (("-o", "-", "--per-chapter"), "folder"),
        (("-o", "-", "--json"), "both want stdout"),
        (("--chapters", "9-7"), "is not a range"),
        (("-f", "epub", "-o", "."), "is a directory"),
    ],
)
def test_what_cannot_be_done_is_said(
    novelgen: CommandLine, tmp_path: Path, novel: str, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    before = set(tmp_path.rglob("*"))
    refused = novelgen("export", novel, *arguments, expect=2)
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
    assert {each for each in set(tmp_path.rglob("*")) - before if "home" not in str(each)} == set()


def test_the_path_in_json(novelgen: CommandLine, novel: str) -> None:
    document = json.loads(novelgen("export", novel, "-o", "a.epub", "--json").stdout)
    assert document == {"path": "a.epub", "format": "epub"}
