"""What a chapter establishes stands in the context of later ones, and nothing before it happens."""

from novelgen.generation.novel_context import RunLimits
from novelgen.manuscript.passages_seen import passages_seen
from tests.generation.conftest import Desk, Desks

CHAPTER = """
Jonas Reed was the harbour master of Skerry. He was a widower, and he had one daughter.

Anna Reed had green eyes. She kept the ledger of the customs house, and nobody else could read it.

“I will burn it before the winter,” said Anna.
""".strip()


def briefs(desk: Desk, chapter: int) -> list[str]:
    with desk.store.reading() as work:
        seen = passages_seen(work, desk.fresh().active_branch_id, chapter)
    return [passage.seen["brief"] for passage in seen]


def test_a_fact_of_chapter_1_stands_in_the_context_of_chapter_10(desks: Desks) -> None:
    desk = desks.desk(6_000, chapters=12)
    desk.write(limits=RunLimits(until_chapter=1))
    desk.edit(1, CHAPTER)
    desk.write(limits=RunLimits(until_chapter=10))
    for brief in briefs(desk, 10):
        assert "Jonas Reed" in brief
        assert "harbour master" in brief
    assert any("green eyes" in brief for brief in briefs(desk, 10))


def test_an_edit_changes_what_is_told_and_the_old_words_are_gone(desks: Desks) -> None:
    desk = desks.desk(2_000, chapters=4)
    desk.write(limits=RunLimits(until_chapter=1))
    desk.edit(1, CHAPTER)
    desk.write(limits=RunLimits(until_chapter=2))
    desk.edit(1, CHAPTER.replace("green eyes", "grey eyes").replace("harbour master", "smith"))
    desk.write(limits=RunLimits(until_chapter=3))
    told = " ".join(briefs(desk, 3))
    assert "grey eyes" in told
    assert "smith" in told
    assert "green eyes" not in told
    assert "harbour master" not in told


def test_notes_keep_to_their_budget(desks: Desks) -> None:
    rich, poor = (desks.desk(2_000, chapters=4, notes_tokens=tokens) for tokens in (256, 0))
    for desk in (rich, poor):
        desk.write(limits=RunLimits(until_chapter=1))
        desk.edit(1, CHAPTER)
        desk.write(limits=RunLimits(until_chapter=2))
    assert all("Jonas Reed" in brief for brief in briefs(rich, 2))
    assert not any("Jonas Reed" in brief for brief in briefs(poor, 2))
