"""`novelgen backup` while another process writes: each copy is sound and can be gone on with."""

import json
import subprocess
import sys
from pathlib import Path

from novelgen.generation.verification import verify_branch
from novelgen.text.words import count_words
from storage.backup import back_up
from storage.store import open_store
from tests.cli.test_kill_and_resume import NEW, progress_of
from tests.conftest import CommandLine

COPIES = 12


def text_of(database: Path) -> str:
    """The text, after a check of every hash in it."""
    with open_store(f"sqlite:///{database}") as store, store.reading() as work:
        (summary,) = work.novels.summaries()
        assert verify_branch(work, summary.novel).is_sound
        segments = work.segments.of_branch(summary.novel.active_branch_id)
        return "".join(segment.text for _, segment in segments)


def words_of(database: Path) -> int:
    with open_store(f"sqlite:///{database}") as store, store.reading() as work:
        (summary,) = work.novels.summaries()
        texts = work.texts.of_branch(summary.novel.active_branch_id)
        return sum(count_words(text) for _, text in texts)


def test_copies_taken_while_a_novel_is_written(
    environment: dict[str, str], novelgen: CommandLine, home: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "new", "--model", "scripted", *NEW,
         "--target-words", "400000"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    database = home / "data" / "novelgen.db"
    copies: list[Path] = []
    report: dict[str, object] = {}
    wanted = 3
    for segments in progress_of(process, home):
        if segments >= wanted and len(copies) < COPIES:
            copies.append(tmp_path / f"copy-{len(copies)}.db")
            back_up(f"sqlite:///{database}", copies[-1])
            wanted = segments + 1
        elif len(copies) == COPIES and not report:
            report = json.loads(novelgen("backup", "last.db", "--json").stdout)
            assert process.poll() is None, "the writer had an end before the copies"
            process.kill()
    process.wait()
    assert len(copies) == COPIES
    last = tmp_path / "last.db"
    assert set(report) == {"path", "bytes", "novels", "words"}
    assert (report["path"], report["bytes"]) == (str(last), last.stat().st_size)
    assert (report["novels"], report["words"]) == (1, words_of(last))

    final = text_of(database)
    lengths = []
    for copy in [*copies, last]:
        text = text_of(copy)
        assert final.startswith(text)
        lengths.append(len(text))
    assert lengths == sorted(lengths)
    assert lengths[0] > 0
    copied = ("--db", f"sqlite:///{copies[0]}")
    assert "sound" in novelgen(*copied, "verify", "The Keeper").stdout
    novelgen(*copied, "resume", "The Keeper", "--until-words", "1500", expect=6)
    assert final.startswith(text_of(copies[0])) or text_of(copies[0]).startswith(final)


def test_a_place_that_is_taken(novelgen: CommandLine, home: Path, tmp_path: Path) -> None:
    novelgen("new", "--model", "scripted", *NEW, "--target-words", "300", "--plan-only")
    copied = novelgen("backup", "copy.db")
    assert copied.stdout == f"{tmp_path / 'copy.db'}\n"
    assert "1 novels with 0 words" in copied.stderr
    refused = novelgen("backup", "copy.db", expect=2)
    assert "copy.db exists" in refused.stderr
    assert "--force" in refused.stderr
    novelgen("backup", "copy.db", "--force")
    refused = novelgen("backup", str(home / "data" / "novelgen.db"), "--force", expect=2)
    assert "is the database itself" in refused.stderr
    assert "Example: novelgen backup" in novelgen("backup", "--help").stdout
