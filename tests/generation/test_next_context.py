"""What the next passage is said to see is what it is drawn from, and nothing has to be loaded."""

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.next_context import NextContext, NothingNext, next_context
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.novel_settings import WritingPart
from novelgen.generation.passage_source import LookedAt
from novelgen.manuscript.passages_seen import passages_seen
from novelgen.prompting.library import PromptLibrary
from tests.generation.conftest import Desk, Desks

CHAPTER = """
Jonas Reed was the harbour master of Skerry. He was a widower, and he had one daughter.

Anna Reed had green eyes. Anna Reed lived in the customs house. Anna Reed was twenty years old.

“I will burn it before the winter,” said Anna.
""".strip()


def look(desk: Desk) -> NextContext | NothingNext:
    return next_context(LookedAt(desk.store, ScriptedEngine(), PromptLibrary(), desk.fresh()))


def known(desk: Desk) -> NextContext:
    found = look(desk)
    assert isinstance(found, NextContext), found
    return found


def seen(desk: Desk, chapter: int) -> list[dict[str, object]]:
    with desk.store.reading() as work:
        return [each.seen for each in passages_seen(work, desk.fresh().active_branch_id, chapter)]


@pytest.mark.parametrize(
    "limits", [RunLimits(beats=1), RunLimits(until_words=500), RunLimits(until_chapter=1)]
)
def test_it_is_what_the_passage_was_then_drawn_from(desks: Desks, limits: RunLimits) -> None:
    desk = desks.desk(2_400, chapters=3, tail_tokens=200)
    desk.write(limits=limits)
    if limits.until_chapter:  # the beats of the next chapter are planned as it is begun
        assert isinstance(look(desk), NothingNext)
        return
    expected = known(desk)
    position = len(seen(desk, expected.chapter))
    desk.write(limits=RunLimits(until_chapter=expected.chapter))
    drawn = seen(desk, expected.chapter)[position]
    told = expected.context.as_json()
    assert {name: drawn[name] for name in told} == told


def test_the_memory_is_the_one_that_the_run_goes_on_from(desks: Desks) -> None:
    desk = desks.desk(2_400, chapters=3)
    desk.write(limits=RunLimits(until_words=500))
    memory = known(desk).memory
    assert memory.key == desk.keys()[-1]
    assert memory.is_on
    assert memory.is_stored
    assert memory.slots == ScriptedEngine().info.num_mem_tokens


def test_memory_that_is_left_out_is_off(desks: Desks) -> None:
    desk = desks.desk(2_400, chapters=3, without=(WritingPart.MEMORY,))
    desk.write(limits=RunLimits(beats=1))
    assert not known(desk).memory.is_on


def test_what_finds_no_room_is_named(desks: Desks) -> None:
    desk = desks.desk(6_000, chapters=6, notes_tokens=48, tail_tokens=64)
    desk.write(limits=RunLimits(until_chapter=1))
    desk.edit(1, CHAPTER)
    desk.write(limits=RunLimits(until_words=700))
    found = known(desk)
    assert found.chapter == 2
    known_facts = " ".join(found.left_out.facts)
    assert "green eyes" in known_facts or "customs house" in known_facts
    assert not set(found.left_out.facts) & {found.brief_parts.get("facts", "")}
    assert found.left_out.chapter_words > 100


def test_parts_and_window(desks: Desks) -> None:
    desk = desks.desk(2_400, chapters=3)
    desk.write(limits=RunLimits(beats=1))
    found = known(desk)
    assert {"premise", "chapter", "scene"} <= set(found.brief_parts)
    assert found.brief_parts["premise"] == "A keeper finds a letter."
    assert 1 <= found.beat <= found.total_beats
    assert found.window_tokens == ScriptedEngine().info.context_size
    assert found.remark == ""


def test_before_the_plan_and_after_the_end_nothing_comes_next(desks: Desks) -> None:
    desk = desks.desk(400, chapters=1)
    before = look(desk)
    assert isinstance(before, NothingNext)
    assert "no plan" in before.why
    desk.write()
    after = look(desk)
    assert isinstance(after, NothingNext)
    assert "written to its end" in after.why


def test_a_story_that_is_told_shorter_says_by_how_much(desks: Desks) -> None:
    desk = desks.desk(6_000, chapters=8, notes_tokens=40)
    desk.write(limits=RunLimits(until_words=3_200))
    found = known(desk)
    assert found.chapter >= 4
    assert found.left_out.story_words > 0
