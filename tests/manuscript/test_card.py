"""The card of a novel: sound XML without prose, whatever the title is."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.manuscript.book_map import BookMap, MapCell, MapChapter
from novelgen.manuscript.card import Card, default_name, read_card, render_card, write_card
from novelgen.manuscript.overview import ChapterOverview, NovelOverview
from novelgen.text.words import iter_words
from storage.records import NovelChanges
from tests.generation.conftest import Desk, Desks

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.write()
    return made


def named(desk: Desk, title: str, author: str = "") -> Desk:
    with desk.store.writing() as work:
        work.novels.update(desk.novel.id, NovelChanges(title=title, author=author))
    return desk


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def drawn(desk: Desk) -> str:
    return "".join(render_card(read_card(desk.store, desk.fresh())))


def test_it_tells_title_author_words_days_and_shares(desk: Desk) -> None:
    told = texts(drawn(named(desk, "Salt & <Iron>", "Ida “O” Marlow")))
    assert told[0] == "Salt & <Iron>"
    assert "Ida “O” Marlow" in told
    card = read_card(desk.store, desk.fresh())
    assert f"{card.words:,}" in told
    assert "1" in told and "day" in told
    assert "100 %" in told and told.count("0 %") == 2


def test_it_holds_no_prose_and_nothing_from_outside(desk: Desk) -> None:
    svg = drawn(desk)
    prose = {word.strip('.,"“”').lower() for text in desk.chapters() for word in iter_words(text)}
    drawn_words = {
        word.lower() for told in texts(svg) for word in re.findall(r"[A-Za-z]{5,}", told)
    }
    assert not (drawn_words & prose) - {"keeper", "words", "written", "square", "edited"}
    assert not re.search(r"href|url\(|<image|<script|<!DOCTYPE", svg)
    assert svg.count("http") == 1, "the name of SVG itself"
    assert "prefers-color-scheme: dark" in svg


TITLES = {
    "none": "",
    "one word": "x" * 400,
    "many words": "A very long title " * 30,
    "wide": "輪と時間 " * 60,
    "hostile": "]]>\x1b[31m&#0;\x00\ufffe",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_any_title_makes_a_sound_document(desk: Desk, title: str) -> None:
    svg = drawn(named(desk, title))
    assert texts(svg)[0]
    assert max(map(len, texts(svg))) < 80


def test_a_saga_stays_a_small_file() -> None:
    cells = tuple(MapCell(at, 250, 0, 0, 1, "") for at in range(0, 4_250, 250))
    rows = tuple(
        MapChapter(ChapterOverview(number, "", 4_250, 4_250, "complete", 1), cells)
        for number in range(1, 1_001)
    )
    book = BookMap(_no_overview(), rows)
    card = Card("Saga", "", 4_250_000, 4_300_000, False, 900, book.origins(), book)
    svg = "".join(render_card(card))
    assert len(svg) < 400_000
    ElementTree.fromstring(svg)
    assert "a square is 250 words" not in svg, "squares of 250 words would be too small to see"


def test_the_file_is_named_after_the_title_and_not_overwritten(desk: Desk, tmp_path: Path) -> None:
    novel = named(desk, "Salt & Iron").fresh()
    assert default_name(novel) == "salt-iron.svg"
    path = tmp_path / "card.svg"
    assert write_card(desk.store, novel, path, overwrite=False) == path
    ElementTree.parse(path)
    with pytest.raises(UsageError, match=r"card\.svg exists"):
        write_card(desk.store, novel, path, overwrite=False)
    path.write_text("old")
    write_card(desk.store, novel, path, overwrite=True)
    assert path.read_text().startswith("<svg")


def test_a_novel_without_chapters_has_no_card(desks: Desks) -> None:
    desk = desks.desk()
    with pytest.raises(NotFoundError, match="no chapters yet"):
        read_card(desk.store, desk.fresh())


def _no_overview() -> NovelOverview:
    return None  # type: ignore[return-value]
