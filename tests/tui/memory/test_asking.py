"""The memories of several chapters are asked with one loading, and the asking can be stopped."""

from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.memory_words import (
    chapter_keys,
    compute_all_memory_words,
    compute_memory_words,
    read_all_memory_words,
    read_memory_words,
)
from novelgen.errors import NotFoundError
from tests.tui.conftest import TITLE


def test_a_chapters_words_are_computed_once_and_kept(written_home: Path, bench: Workbench) -> None:
    novel_id = bench.find(TITLE).novel.id
    told: list[str] = []
    words = compute_memory_words(bench, novel_id, 2, told.append)
    assert words
    assert read_memory_words(bench, novel_id, 2) == tuple(
        type(each)(each.word, round(each.gain, 4)) for each in words
    )
    assert list(read_all_memory_words(bench, novel_id)) == [2]
    assert told[0] == "Loading the model."
    assert told[-1] == "Asking the memory of chapter 2, 1 of 1."


def test_asking_can_be_stopped_after_a_chapter(written_home: Path, bench: Workbench) -> None:
    novel_id = bench.find(TITLE).novel.id
    found: dict[int, object] = {}
    compute_all_memory_words(
        bench,
        novel_id,
        [3, 1, 2],
        lambda _: None,
        found.__setitem__,
        should_stop=lambda: len(found) == 2,
    )
    assert list(found) == [3, 1]
    assert sorted(read_all_memory_words(bench, novel_id)) == [1, 3]


def test_a_chapter_without_memory_cannot_be_asked(planned_home: Path, bench: Workbench) -> None:
    novel_id = bench.find(TITLE).novel.id
    assert chapter_keys(bench, novel_id) == {}
    with pytest.raises(NotFoundError):
        compute_memory_words(bench, novel_id, 1, lambda _: None)
