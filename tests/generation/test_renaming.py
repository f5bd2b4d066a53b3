"""A name changes through prose, titles and plan, and comes back with one undo."""

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.editing import redo_change, undo_change
from novelgen.generation.events import NovelFinished
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.renaming import preview_rename, rename
from storage.records import Beat, NewPlannedChapter, NovelChanges, PlannedBeats, PlanOrigin
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.write(limits=RunLimits(until_words=1_200))
    for number in (1, 2):
        made.edit(number, "Barnabas' dog saw Barnabas. BARNABAS, said he. " + made.text(number))
    branch_id = made.fresh().active_branch_id
    with made.store.writing() as work:
        work.novels.update(
            made.novel.id, NovelChanges(title="Barnabas", premise="What Barnabas did.")
        )
        structure = work.plans.current(branch_id)
        assert structure is not None
        plan = work.plans.add(branch_id, structure.structure)
        for number in (1, 2, 3):
            work.plans.add_chapter(
                plan.id, NewPlannedChapter(number, 1, "Barnabas leaves", "Barnabas goes.", 500)
            )
        beats = (Beat("", "Barnabas packs.", 500),)
        work.plans.add_beats(plan.id, 1, PlannedBeats(beats, PlanOrigin.AUTHOR))
    return made


def everything(desk: Desk) -> list[str]:
    novel = desk.fresh()
    with desk.store.reading() as work:
        plan = work.plans.current(novel.active_branch_id)
        assert plan is not None
        cards = work.plans.chapters(plan.id)
        beats = work.plans.beats(plan.id, 1)
        assert beats is not None
        texts = [text for card in cards for text in (card.title, card.brief)]
        return [
            novel.title,
            novel.premise,
            *desk.chapters(),
            *texts,
            *(each.brief for each in beats.beats),
        ]


def test_the_preview_counts_every_place(desk: Desk) -> None:
    preview = preview_rename(desk.store, desk.fresh(), "Barnabas")
    assert {number: len(found) for number, found in preview.chapters.items()} == {1: 3, 2: 3}
    assert (preview.plan, preview.title, preview.premise) == (7, 1, 1)
    assert preview.total == 15
    assert preview.chapters[1][0].after.startswith("' dog saw")


def test_a_rename_is_one_step_there_and_back(desk: Desk) -> None:
    before = everything(desk)
    rename(desk.store, desk.fresh(), "Barnabas", "Erasmus")
    after = everything(desk)
    assert not any("barnabas" in text.casefold() for text in after)
    assert desk.text(1).startswith("Erasmus' dog saw Erasmus. ERASMUS, said he.")
    undo_change(desk.store, desk.fresh())
    assert everything(desk) == before
    redo_change(desk.store, desk.fresh())
    assert everything(desk) == after


def test_a_renamed_novel_is_written_on(desk: Desk) -> None:
    rename(desk.store, desk.fresh(), "Barnabas", "Erasmus")
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(1).startswith("Erasmus' dog")
    assert desk.behind() == ()


def test_names_that_are_nowhere_or_none(desk: Desk) -> None:
    before = everything(desk)
    with pytest.raises(NotFoundError, match="stands nowhere"):
        rename(desk.store, desk.fresh(), "Zebedee", "Erasmus")
    for old, new in (("", "X"), ("Barnabas", "--"), ("Barnabas", "Barnabas")):
        with pytest.raises(UsageError):
            rename(desk.store, desk.fresh(), old, new)
    assert everything(desk) == before
