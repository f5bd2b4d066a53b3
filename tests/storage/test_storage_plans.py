"""Versions of plans, made over the one that was seen; beats with who is there."""

import pytest

from storage.errors import HeadMoved
from storage.records import Beat, NewPlannedChapter, NovelRecord, PlannedBeats, PlanOrigin
from storage.store import Store


def test_a_version_is_added_only_over_the_one_that_was_seen(
    store: Store, novel: NovelRecord
) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        first = work.plans.add(branch_id, {"made": "one"}, expected_version=0)
        second = work.plans.add(branch_id, {"made": "two"}, expected_version=1)
    with pytest.raises(HeadMoved, match="version 2 now, not 1"), store.writing() as work:
        work.plans.add(branch_id, {"made": "late"}, expected_version=1)
    with store.reading() as work:
        assert work.plans.versions(branch_id) == [second, first]


def test_beats_keep_who_is_there_and_old_ones_lack_it(store: Store, novel: NovelRecord) -> None:
    beat = Beat("", "Mara waits.", 90, ("Mara", "Odo"), "the quay", "author", "chapter")
    with store.writing() as work:
        plan = work.plans.add(novel.active_branch_id, {})
        for number in (1, 2, 3):
            work.plans.add_chapter(plan.id, NewPlannedChapter(number, 1, "T", "B", 90))
        work.plans.add_beats(plan.id, 1, PlannedBeats((beat,), PlanOrigin.REPAIRED))
        work.plans.add_beats(plan.id, 3, PlannedBeats((Beat("", "b", 1),), PlanOrigin.MODEL))
    with store.reading() as work:
        assert work.plans.beats(plan.id, 1) == PlannedBeats((beat,), PlanOrigin.REPAIRED)
        assert sorted(work.plans.all_beats(plan.id)) == [1, 3]
        assert work.plans.beat_briefs(plan.id, 3) == {"Mara waits."}
        assert [each.number for each in work.plans.chapters(plan.id, 2, 2)] == [2]
        assert [each.number for each in work.plans.chapters(plan.id, 2)] == [2, 3]
    assert Beat.from_json({"title": "", "brief": "b", "words": 3}) == Beat("", "b", 3)
