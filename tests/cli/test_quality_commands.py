"""`eval quality`, `eval norms` and `stats` in real processes, on made-up prose and real novels."""

import json
from pathlib import Path
from typing import Any

import pytest

from novelgen.text.prose_metrics import METRICS
from tests.conftest import CommandLine
from tests.text.prose_metrics.test_quality import prose

REFRAIN = "Under the tall white house by the harbour nobody ever sang that song again"
NEW = ("new", "--model", "scripted", "--premise", "A keeper finds a letter.", "--seed", "4")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Four chapters of some 5,400 words; a refrain stands in the first and the second."""
    parts = [prose(1_350, seed, lexicon=500) for seed in range(4)]
    for number in (0, 1):
        parts[number] = f"{parts[number]}\n\n“{REFRAIN},” he said."
    text = "\n\n".join(f"## Chapter {number}\n\n{part}" for number, part in enumerate(parts, 1))
    path = tmp_path / "book.md"
    path.write_text(f"---\ntitle: Made up\n---\n# Made up\n\n{text}\n", encoding="utf-8")
    return path


def test_the_document_of_a_file(novelgen: CommandLine, book: Path, tmp_path: Path) -> None:
    finished = novelgen("eval", "quality", "book.md", "--json", "--plot", "bands.png")
    document: dict[str, Any] = json.loads(finished.stdout)
    assert {"windows", "two_or_more_alarms", "metrics", "alarms", "coherence", "drift"} <= set(
        document
    )
    assert (document["text"], document["windows"], document["window_words"]) == ("book.md", 1, 5000)
    assert set(document["metrics"]) == set(METRICS)
    mtld = document["metrics"]["mtld"]
    assert mtld["inside"] + mtld["below"] + mtld["above"] == 1
    assert mtld["band"]["p50"] == 90.5725
    assert [window["counts"] for window in document["by_window"]] == [True, False]
    assert [chapter["title"] for chapter in document["chapters"]] == [
        f"Chapter {number}" for number in (1, 2, 3, 4)
    ]
    (alarm,) = [each for each in document["alarms"] if each["metric"] == "longest_repeat"]
    passage = alarm["passages"][0]
    assert (passage["text"], passage["words"], passage["times"]) == (f'{REFRAIN}," he said', 16, 2)
    text = book.read_text(encoding="utf-8")
    for where, chapter in (("first", 1), ("again", 2)):
        place = passage[where]
        assert (place["chapter"], place["paragraph"]) == (chapter, 2)
        assert text[place["start"] : place["end"]].startswith(REFRAIN)
    assert document["coherence"]["blocks"] == 4
    assert document["drift"]["metrics"]["rep4"]["first"] >= 0
    assert (tmp_path / "bands.png").read_bytes().startswith(b"\x89PNG")
    assert "Plotted in bands.png" in finished.stderr


def test_the_report_tells_alarms_first(novelgen: CommandLine, book: Path) -> None:
    lines = novelgen("eval", "quality", str(book)).stdout.splitlines()
    assert lines[0].startswith("book.md: 5,")
    assert lines[2].startswith(("0 of 1 windows", "1 of 1 windows"))
    told = "\n".join(lines)
    assert told.index(REFRAIN) < told.index("variety of words (MTLD)") < told.index("Coherence")
    assert "chapter 1, paragraph 2, character" in told
    assert "Drift, over" in told


def test_a_text_shorter_than_its_window_says_so(novelgen: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text(prose(300, 1))
    told = novelgen("eval", "quality", "short.txt").stdout
    assert "fills no window of 1,000 words" in told
    document = json.loads(novelgen("eval", "quality", "short.txt", "--json").stdout)
    assert (document["windows"], document["is_shorter_than_a_window"]) == (1, True)
    assert "mattr500" not in document["metrics"]
    assert document["drift"] is None


def test_books_of_one_s_own_as_the_band(novelgen: CommandLine, book: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for number in range(3):
        (shelf / f"{number}.md").write_text(f"# Book\n\n{prose(2_500, 20 + number, lexicon=500)}")
    flags = ("--window-words", "1000")
    made = novelgen("eval", "norms", "shelf", *flags, "--output", "own.json")
    assert made.stdout.strip().endswith("own.json")
    document = json.loads((tmp_path / "own.json").read_text())
    assert (document["windows"], document["window_words"]) == (6, 1_000)
    refused = novelgen("eval", "norms", "shelf", *flags, "--output", "own.json", expect=2)
    assert "--force" in refused.stderr
    sampled = novelgen("eval", "norms", "shelf", *flags, "--every", "2", "--coherence", "--json")
    sample = json.loads(sampled.stdout)
    assert sample["windows"] == 3, "the first window of each book"
    assert sample["coherence"]["blocks"] == 3
    judged = json.loads(
        novelgen("eval", "quality", str(book), "--norms", "own.json", "--json").stdout
    )
    assert judged["window_words"] == 1_000
    assert judged["metrics"]["mtld"]["band"] == document["percentiles"]["mtld"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("quality", "gone.md"), 3, "There is no file gone.md"),
        (("quality", "nobody"), 3, "no novel called 'nobody'"),
        (("quality", "empty.md"), 2, "no words to measure"),
        (("quality", "empty.md", "--window-words", "2000"), 2, "2,000"),
        (("quality", "empty.md", "--norms", "empty.md"), 2, "is no norms file"),
        (("quality", "empty.md", "--norms", "gone.json"), 3, "There is no norms file"),
        (("quality", "empty.md", "--plot", "a.bmp"), 2, "End it in .png"),
        (("norms", "gone"), 3, "no corpus folder"),
        (("norms", "."), 3, "hold no words"),
    ],
)
def test_a_bad_request_is_answered(
    novelgen: CommandLine, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "empty.md").write_text("# Only a title\n")
    finished = novelgen("eval", *arguments, expect=code)
    assert said in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_novel_in_the_database(novelgen: CommandLine, tmp_path: Path) -> None:
    novelgen(*NEW, "--title", "The Keeper", "--target-words", "8000")
    refrain = "\n\n".join([f"“{REFRAIN},” he said."] * 4)
    novelgen("edit", "The Keeper", "--chapter", "1", stdin=f"{prose(400, 1)}\n\n{refrain}")
    document = json.loads(novelgen("eval", "quality", "the keep", "--json").stdout)
    assert (document["text"], document["window_words"]) == ("The Keeper", 5_000)
    assert document["two_or_more_alarms"] == 1
    place = document["alarms"][0]["passages"][0]["again"]
    exported = novelgen("export", "The Keeper", "-o", "-", "--chapters", str(place["chapter"]))
    assert len(exported.stdout) > place["end"] > place["start"] > 0

    finished = novelgen("stats", "The Keeper", "--json", "--plot", "chapters.png")
    told: dict[str, Any] = json.loads(finished.stdout)
    assert {"id", "title", "target_words", "words", "percent", "chapters", "drawing"} <= set(told)
    assert sum(chapter["words"] for chapter in told["chapters"]) == told["words"]
    first, second = (chapter["metrics"]["rep4"] for chapter in told["chapters"][:2])
    assert first > 5 > second
    assert sum(chapter["alarms"] for chapter in told["chapters"]) == len(document["alarms"])
    assert sum(told["origin"].values()) == pytest.approx(1, abs=0.001)
    assert told["origin"]["edited"] + told["origin"]["author"] > 0.05
    assert 0 < told["drawing"]["share_kept"] < 1
    assert told["quality"]["two_or_more_alarms"] == 1
    assert (tmp_path / "chapters.png").read_bytes().startswith(b"\x89PNG")

    lines = novelgen("stats", "The Keeper").stdout.splitlines()
    assert lines[0].startswith(f"The Keeper: {told['words']:,} of 8,000 words")
    assert any(line.startswith("Tokens: ") for line in lines)


def test_a_novel_without_text(novelgen: CommandLine, tmp_path: Path) -> None:
    from novelgen.paths import resolve_paths
    from storage.records import NewNovel
    from storage.store import open_store

    novelgen("list")
    database = resolve_paths(tmp_path / "home").data / "novelgen.db"
    store = open_store(f"sqlite:///{database}")
    with store.writing() as work:
        work.novels.add(NewNovel("Bare", "p", 1, 1_000, "scripted"))
    store.close()
    finished = novelgen("stats", "Bare", "--plot", "bare.png")
    assert "Nothing is written yet." in finished.stdout
    assert "Nothing is plotted" in finished.stderr
    assert json.loads(novelgen("stats", "Bare", "--json").stdout)["quality"] is None
    assert "no words to measure in Bare" in novelgen("eval", "quality", "Bare", expect=2).stderr
