"""Who is on stage: planned from the beats of the plan, seen by names in the text."""

from novelgen.planning.structure import outline
from novelgen.story.on_stage import StageGrid, StageReader
from storage.records import Beat, NewPlannedChapter, PlannedBeats, PlanOrigin
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf


def grid(shelf: Shelf, reader: StageReader) -> StageGrid:
    with shelf.store.reading() as work:
        return reader.read(work, shelf.branch_id)


def test_people_stand_in_the_chapters_that_name_them(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2)
    list(shelf.keeper().catch_up(3))
    reader = StageReader()
    rows = {row.name: row.cells for row in grid(shelf, reader).rows}
    assert [(cell.count > 0, cell.paragraph) for cell in rows["Anna Reed"][:2]] == [
        (True, 1),
        (True, 1),
    ]
    assert rows["Captain Hale"][0].paragraph == 3
    shelf.write(2, "The rain went on. Nobody was there.")
    rows = {row.name: row.cells for row in grid(shelf, reader).rows}
    assert rows["Anna Reed"][1].count == 0


def test_beats_say_who_is_planned(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    list(shelf.keeper().catch_up(3))
    with shelf.store.writing() as work:
        plan = work.plans.add(shelf.branch_id, outline(1_000, 2).as_json())
        work.plans.add_chapter(plan.id, NewPlannedChapter(2, 1, "On", "It goes on.", 500))
        beats = (Beat("", "A talk.", 200, ("Anna Reed",)), Beat("", "Rain.", 300, ("anna reed",)))
        work.plans.add_beats(plan.id, 2, PlannedBeats(beats, PlanOrigin.AUTHOR))
    rows = {row.name: row for row in grid(shelf, StageReader()).rows}
    cell = rows["Anna Reed"].cells[1]
    assert (cell.is_planned, cell.beats, cell.count) == (True, (1, 2), 0)
    assert rows["Anna Reed"].chapters == 2
