"""Checks: passages that may no longer fit, until the person has answered."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from storage import CheckState, NewCheck, NovelRecord, RecordNotFound
from storage.store import Store


def check_in(branch_id: str, chapter: int = 3, paragraph: int = 1) -> NewCheck:
    return NewCheck(
        branch_id=branch_id,
        kind="name",
        term="Łódź",
        edited_chapter=1,
        before="She came from Łódź.",
        after="",
        chapter=chapter,
        paragraph=paragraph,
        passage="‘Back to Łódź’, she said.",
    )


def test_checks_are_listed_as_the_passages_stand(store: Store, novel: NovelRecord) -> None:
    places = [(5, 1), (3, 2), (3, 10), (3, 1)]
    checks = [check_in(novel.active_branch_id, *place) for place in places]
    with store.writing() as work:
        work.checks.add(checks)
    with store.reading() as work:
        found = work.checks.open_of_branch(novel.active_branch_id)
    assert [(each.chapter, each.paragraph) for each in found] == sorted(places)
    assert asdict(checks[3]).items() <= asdict(found[0]).items()
    assert {each.state for each in found} == {CheckState.OPEN}


def test_an_open_check_is_not_added_twice(store: Store, novel: NovelRecord) -> None:
    check = check_in(novel.active_branch_id)
    with store.writing() as work:
        work.checks.add([check, check])
        work.checks.add([check, replace(check, term="Lodz")])
    with store.reading() as work:
        found = work.checks.open_of_branch(novel.active_branch_id)
    assert [each.term for each in found] == ["Łódź", "Lodz"]


def test_an_answered_check_does_not_come_again(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        work.checks.add([check_in(branch_id), check_in(branch_id, 4)])
        first, second = work.checks.open_of_branch(branch_id)
        answered = work.checks.intend(branch_id, first.id)
    assert answered == replace(first, state=CheckState.INTENDED)
    with store.writing() as work:
        assert work.checks.open_of_branch(branch_id) == [second]
        work.checks.add([check_in(branch_id)])
        assert work.checks.open_of_branch(branch_id) == [second]


def test_a_check_is_answered_in_its_branch(
    store: Store, novel: NovelRecord, add_novel: Callable[..., NovelRecord]
) -> None:
    other = add_novel("Other")
    with store.writing() as work:
        work.checks.add([check_in(novel.active_branch_id)])
        check = work.checks.open_of_branch(novel.active_branch_id)[0]
        assert work.checks.open_of_branch(other.active_branch_id) == []
        for branch_id, check_id in (
            (other.active_branch_id, check.id),
            (novel.active_branch_id, check.id + 1),
        ):
            with pytest.raises(RecordNotFound, match="no passage to check") as error:
                work.checks.intend(branch_id, check_id)
            assert "novelgen check" in error.value.remedy
    with store.reading() as work:
        assert work.checks.open_of_branch(novel.active_branch_id) == [check]
