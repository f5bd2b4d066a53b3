"""`novelgen import` as a person uses it: a novel of their own, to an editor and back."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from novelgen.text.words import count_words
from tests.conftest import CommandLine

CHAPTER = (
    "That morning Anna Reed walked along the river into Hartford with her brother Tom.\n\n"
    '"I never liked it," said Tom. He _meant_ it.\n\n* * *\n\n'
    "In the evening Anna Reed came home alone, and nobody asked her why.\n"
)
NOVEL = "".join(f"CHAPTER {numeral}\n\n{CHAPTER}\n" for numeral in ("I", "II", "III"))
WORDS = count_words(CHAPTER) * 3


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "my draft.txt"
    path.write_text(NOVEL)
    return path


def imported(novelgen: CommandLine, *arguments: str) -> dict[str, Any]:
    finished = novelgen("import", *arguments, "--model", "scripted", "--json")
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


def listed(novelgen: CommandLine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(novelgen("list", "--json").stdout)["novels"]
    return found


def test_a_draft_becomes_a_novel_and_is_written_on(novelgen: CommandLine, draft: Path) -> None:
    target = WORDS + 300
    made = imported(novelgen, draft.name, "--title", "Reed", "--target-words", str(target))
    assert made["chapters"] == 3
    assert made["words"] == WORDS
    assert made["complete"] is True
    bible = novelgen("bible", "Reed").stdout
    assert "Anna Reed" in bible
    assert "Tom" in bible
    before = novelgen("export", "Reed", "-o", "-", "--chapters", "1-3").stdout
    novelgen("resume", "Reed", "--headless")
    shown = json.loads(novelgen("show", "Reed", "--json").stdout)
    assert shown["status"] == "finished"
    assert len(shown["chapters"]) > 3
    after = novelgen("export", "Reed", "-o", "-", "--chapters", "1-3").stdout
    assert after.split("---\n", 2)[2] == before.split("---\n", 2)[2]
    assert "He _meant_ it." in after or "He *meant* it." in after
    novelgen("verify", "Reed")


def test_the_id_alone_on_stdout_and_title_from_the_file(novelgen: CommandLine, draft: Path) -> None:
    finished = novelgen("import", draft.name, "--model", "scripted", "--no-memory")
    (novel,) = listed(novelgen)
    assert finished.stdout == f"{novel['id']}\n"
    assert novel["title"] == "my draft"
    assert novel["status"] == "finished"
    assert "--target-words" in finished.stderr, "how to have it written on"
    told = novelgen("resume", novel["id"], "--headless").stderr
    assert "--target-words" in told


def test_a_dry_run_tells_what_is_found(novelgen: CommandLine, draft: Path) -> None:
    told = novelgen("import", draft.name, "--dry-run").stdout
    assert f"{WORDS:,} words" in told.splitlines()[0]
    assert len(told.splitlines()) == 4
    document = json.loads(novelgen("import", draft.name, "--dry-run", "--json").stdout)
    assert [each["words"] for each in document["chapters"]] == [WORDS // 3] * 3
    assert listed(novelgen) == []


@pytest.mark.parametrize("name", ["md", "txt", "epub", "docx", "json"])
def test_every_format_that_goes_out_comes_in(
    novelgen: CommandLine, tmp_path: Path, draft: Path, name: str
) -> None:
    made = imported(novelgen, draft.name, "--title", "Reed: A Life", "--author", "A. B.")
    novelgen("export", made["id"], "-o", f"out.{name}")
    again = imported(novelgen, f"out.{name}") if name != "json" else None
    if again is None:
        again = json.loads(novelgen("import", "out.json", "--json").stdout)
    assert (again["chapters"], again["words"]) == (3, WORDS)
    assert again["title"] == "Reed: A Life"
    first, second = (
        novelgen("export", each["id"], "-o", "-").stdout.split("---\n", 2)[2].replace("_", "*")
        for each in (made, again)
    )
    curly = str.maketrans("“”‘’", "\"\"''")
    assert second.translate(curly) == first


def test_another_novels_manuscript_is_told(
    novelgen: CommandLine, tmp_path: Path, draft: Path
) -> None:
    imported(novelgen, draft.name, "--title", "Reed")
    (tmp_path / "other.md").write_text("# Salt\n\nThe sea took the pier that night, all of it.\n")
    before = novelgen("export", "Reed", "-o", "-").stdout
    told = novelgen("import", "other.md", "--into", "Reed").stderr
    assert "Is it the right novel?" in told
    assert novelgen("export", "Reed", "-o", "-").stdout == before


def test_an_editors_copy_comes_back(novelgen: CommandLine, tmp_path: Path, draft: Path) -> None:
    made = imported(novelgen, draft.name, "--title", "Reed")
    novelgen("export", "Reed", "-o", "to-the-editor.docx")
    same = json.loads(novelgen("import", "to-the-editor.docx", "--into", "Reed", "--json").stdout)
    assert same["changed"] == []
    assert same["unchanged"] == [1, 2, 3]
    text = novelgen("export", "Reed", "-o", "-", "--smart").stdout
    head, first, second, third = text.split("\n# ")
    second = second.replace("nobody asked her why", "everybody asked her why")
    (tmp_path / "back.md").write_text("\n# ".join([head, first, second, third]))
    dry = json.loads(novelgen("import", "back.md", "--into", "Reed", "--dry-run", "--json").stdout)
    assert [each["chapter"] for each in dry["changed"]] == [2]
    assert dry["taken"] is False
    told = novelgen("import", "back.md", "--into", "Reed")
    assert "Chapter 2" in told.stdout
    assert "novelgen undo" in told.stderr
    now = novelgen("export", "Reed", "-o", "-").stdout
    assert "everybody asked her why" in now
    assert '"I never liked it,"' in now, "its marks are as they were"
    revisions = json.loads(novelgen("revisions", "Reed", "--chapter", "2", "--json").stdout)
    assert [each["origin"] for each in revisions["revisions"]] == ["imported", "imported"]
    novelgen("undo", "Reed")
    assert "everybody" not in novelgen("export", "Reed", "-o", "-").stdout
    assert made["id"] == listed(novelgen)[0]["id"]


def test_notes_of_others_are_listed_and_done_with(
    novelgen: CommandLine, tmp_path: Path, draft: Path
) -> None:
    docx = pytest.importorskip("docx")
    imported(novelgen, draft.name, "--title", "Reed")
    novelgen("export", "Reed", "-o", "m.docx")
    document = docx.Document(str(tmp_path / "m.docx"))
    (paragraph, *_) = [each for each in document.paragraphs if "nobody asked" in each.text]
    document.add_comment(paragraph.runs, text="Why not?", author="Eva Editor", initials="EE")
    document.save(str(tmp_path / "back.docx"))
    taken = json.loads(novelgen("import", "back.docx", "--into", "Reed", "--json").stdout)
    assert (taken["changed"], taken["notes"]) == ([], 1)
    (note,) = json.loads(novelgen("check", "Reed", "--json").stdout)["notes"]
    assert note["text"] == "Eva Editor: Why not?"
    assert "nobody asked her why" in note["passage"]
    assert note["id"] in novelgen("check", "Reed").stdout
    novelgen("check", "Reed", "--intended", note["id"])
    assert json.loads(novelgen("check", "Reed", "--json").stdout)["notes"] == []


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("empty.md", b""),
        ("empty.docx", b""),
        ("noise.epub", bytes(range(256)) * 40),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)),
        ("binary.txt", bytes(5000)),
        ("marks.md", b"* * *\n\n---\n"),
        ("scan.pdf", b"%PDF-1.7\n"),
        ("broken.json", b'{"format": "novelgen-novel"'),
        ("page.html", b"<html><p>Hello"),
    ],
)
def test_what_cannot_be_read_leaves_nothing(
    novelgen: CommandLine, tmp_path: Path, name: str, raw: bytes
) -> None:
    (tmp_path / name).write_bytes(raw)
    refused = novelgen("import", name, "--model", "scripted", expect=2)
    assert name in refused.stderr
    assert "unexpected" not in refused.stderr
    assert listed(novelgen) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere.md",), 2),
        (("my draft.txt", "--target-words", "20"), 2),
        (("my draft.txt", "--into", "Nobody"), 3),
        (("my draft.txt", "--into", "Nobody", "--title", "X"), 2),
        (("my draft.txt", "--model", "no-such-model"), 3),
        (("my draft.txt", "--tracked-changes", "some"), 2),
    ],
)
def test_mistakes(
    novelgen: CommandLine, draft: Path, arguments: tuple[str, ...], code: int
) -> None:
    assert draft.exists()
    refused = novelgen("import", *arguments, expect=code)
    assert "Traceback" not in refused.stderr
    assert listed(novelgen) == []


def test_an_interrupt_keeps_the_text(
    novelgen: CommandLine, environment: dict[str, str], tmp_path: Path
) -> None:
    chapters = "".join(f"# Chapter {n}\n\n{CHAPTER * 40}\n" for n in range(1, 60))
    (tmp_path / "long.md").write_text(chapters)
    running = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "import", "long.md", "--model", "scripted"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("Novel "):
            running.send_signal(signal.SIGINT)
            break
    out, _ = running.communicate(timeout=240)
    assert running.returncode in (0, 130)
    (novel,) = listed(novelgen)
    assert out.strip() == novel["id"]
    assert novel["words"] == count_words(CHAPTER) * 40 * 59
    if running.returncode == 130:
        novelgen("reread", novel["id"])
    novelgen("verify", novel["id"])


def test_exporting_loads_no_torch(
    novelgen: CommandLine, environment: dict[str, str], draft: Path
) -> None:
    made = imported(novelgen, draft.name, "--no-memory")
    probe = (
        "import sys; from novelgen.cli.main import run\n"
        "sys.argv = ['novelgen', 'export', sys.argv[1], '-o', 'x.docx']\n"
        "try: run()\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'transformers', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, made["id"]],
        capture_output=True, text=True, cwd=draft.parent, env=environment, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["x.docx", "[]"]
