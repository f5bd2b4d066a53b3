"""A novel goes on with another model and back: the words stay, and each model keeps its memory."""

from dataclasses import replace

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.errors import UsageError
from novelgen.generation.branching import branch_after, switch_branch
from novelgen.generation.changing import NovelChanged, NovelWish, change_novel
from novelgen.generation.events import MemoryReread, NovelFinished
from novelgen.generation.memory_comparison import MemoryComparison, compare_memory
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.plan_editing import see_plan
from novelgen.generation.verification import verify_branch
from novelgen.planning.structure import Structure
from tests.generation.conftest import Desk, Desks


class Other(ScriptedEngine):
    """The scripted engine as another model, which cuts the text elsewhere."""

    def __init__(self) -> None:
        super().__init__(segment_size=128)
        self._info = replace(self._info, model="other", model_fingerprint="f" * 64)


def change(desk: Desk, **wish: object) -> NovelChanged:
    return change_novel(desk.store, desk.fresh(), NovelWish(**wish))  # type: ignore[arg-type]


def memories(desk: Desk) -> dict[str, bytes]:
    """What is stored of the chain of the active branch, by key."""
    with desk.store.reading() as work:
        found = {link.key: work.snapshots.get(link.key) for link in desk.links()}
    return {key: each.data for key, each in found.items() if each is not None}


def is_sound(desk: Desk) -> bool:
    with desk.store.reading() as work:
        return verify_branch(work, desk.fresh()).is_sound


def goes_on(before: list[str], now: list[str]) -> bool:
    """Whether no word of the chapters is lost."""
    return all(new.startswith(old) for new, old in zip(now, before, strict=False))


def half_written(desks: Desks) -> Desk:
    """One chapter complete, the second begun, of three, by the scripted engine."""
    desk = desks.desk(4_000)
    desk.write(limits=RunLimits(until_words=2_500))
    return desk


def test_the_words_stay_and_the_old_memories_too(desks: Desks) -> None:
    desk = half_written(desks)
    chapters, before = desk.chapters(), memories(desk)
    changed = change(desk, model="other")
    assert changed.names == ("model",)
    assert changed.is_switched
    assert (changed.before.model, changed.novel.model) == ("scripted", "other")
    assert desk.chapters() == chapters
    assert desk.behind() == ()
    assert is_sound(desk)
    with desk.store.reading() as work:
        assert all(work.snapshots.get(key) is not None for key in before)


def test_there_and_back_gives_the_same_snapshots(desks: Desks) -> None:
    desk = half_written(desks)
    chapters, before = desk.chapters(), memories(desk)
    change(desk, model="other")
    list(desk.reader(Other()).read_all())
    change(desk, model="scripted")
    events = list(desk.reader().read_all())
    assert events == []  # all of it is stored
    desk.write(limits=RunLimits(until_words=1))
    assert desk.chapters() == chapters
    assert memories(desk) == before
    assert is_sound(desk)


def test_the_other_model_writes_on_and_the_first_one_ends(desks: Desks) -> None:
    desk = half_written(desks)
    beginning = desk.chapters()
    change(desk, model="other")
    events = desk.write(engine=Other(), limits=RunLimits(until_words=3_200))
    assert any(isinstance(event, MemoryReread) for event in events)
    middle = desk.chapters()
    assert goes_on(beginning, middle)
    assert len(middle[1]) > len(beginning[1])
    assert desk.fresh().model_fingerprint == "f" * 64
    assert is_sound(desk)
    change(desk, model="scripted")
    assert isinstance(desk.write()[-1], NovelFinished)
    assert goes_on(middle, desk.chapters())
    assert desk.behind() == ()
    assert is_sound(desk)
    comparison = MemoryComparison()
    for each in compare_memory(desk.store, ScriptedEngine(), desk.fresh().active_branch_id):
        comparison.add(each)
    assert comparison.compared == comparison.equal > 5


def test_every_branch_is_read_when_it_is_written(desks: Desks) -> None:
    desk = half_written(desks)
    branch_after(desk.store, desk.fresh(), 1, "other way")
    change(desk, model="other")
    desk.write(engine=Other(), limits=RunLimits(until_words=2_900))
    switch_branch(desk.store, desk.fresh(), "other way")
    first = desk.chapters()
    assert desk.behind() == ()  # its one chapter is shared, and was read in the other branch
    events = desk.write(engine=Other())
    assert isinstance(events[-1], NovelFinished)
    assert desk.chapters()[0] == first[0]
    assert is_sound(desk)


def test_a_novel_can_be_edited_and_branched_while_no_model_has_read_it(desks: Desks) -> None:
    desk = half_written(desks)
    change(desk, model="other")
    desk.edit(1, "A storm. " + desk.text(1))
    branch_after(desk.store, desk.fresh(), 1, "storm")
    switch_branch(desk.store, desk.fresh(), "storm")
    assert is_sound(desk)
    assert isinstance(desk.write(engine=Other())[-1], NovelFinished)
    assert desk.text(1).startswith("A storm. ")


def test_title_author_length_and_candidates_change_together(desks: Desks) -> None:
    desk = half_written(desks)
    keys = memories(desk).keys()
    changed = change(desk, title="The Lamp", author="A. N.", target_words=6_000, candidates=3)
    assert changed.names == ("title", "author", "target_words", "candidates")
    assert not changed.is_switched
    novel = desk.fresh()
    assert (novel.title, novel.author, novel.target_words) == ("The Lamp", "A. N.", 6_000)
    assert NovelSettings.from_json(novel.settings) == NovelSettings(candidates=3)
    seen = see_plan(desk.store, novel)
    assert seen.content.structure.target_words == 6_000
    assert memories(desk).keys() == keys
    events = desk.write()
    assert isinstance(events[-1], NovelFinished)
    assert abs(events[-1].words - 6_000) <= 60


def test_what_is_so_already_is_no_change(desks: Desks) -> None:
    desk = half_written(desks)
    before = desk.fresh()
    assert change(desk, title=before.title, model="scripted", candidates=1).names == ()
    assert desk.fresh() == before


def test_all_of_it_or_nothing(desks: Desks) -> None:
    desk = half_written(desks)
    before = desk.fresh()
    with pytest.raises(UsageError):
        change(desk, title="The Lamp", model="other", target_words=200)
    assert desk.fresh() == before


def test_another_model_is_asked_anew_how_it_answers(desks: Desks) -> None:
    """A plan made in labels, by a small model, must not keep a larger one from JSON."""
    structure = Structure(100, (), answers="labelled", answers_by="a" * 64)
    assert structure.answers_of("a" * 64) == "labelled"
    assert structure.answers_of("b" * 64) == ""
    assert replace(structure, answers_by="").answers_of("b" * 64) == "labelled"
    assert Structure.from_json(structure.as_json()) == structure
    desk = half_written(desks)
    kept = see_plan(desk.store, desk.fresh()).content.structure
    assert kept.answers_by == ScriptedEngine().info.model_fingerprint
