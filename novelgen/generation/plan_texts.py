"""The texts of a plan that tell of the story, each with its place, and how they are changed.

A place is a path: `parts.0.title` of the plan itself, `chapter.3.brief` of a planned chapter,
`chapter.3.provenance.characters.1` of what is kept beside it, `beat.3.2.place` of a beat, counted
from 1. A plan is never changed: a change is a new version of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from storage.records import (
    Beat,
    JsonObject,
    NewPlannedChapter,
    PlannedBeats,
    PlannedChapterRecord,
    PlanRecord,
)
from storage.unit_of_work import UnitOfWork

PlanChange = Callable[[str, str], str]
"""What becomes of the text at a place."""

_TEXT_KEYS = frozenset({"name", "description", "title", "brief", "characters", "places"})
"""Keys of a plan's JSON under which texts of the story stand."""


def plan_texts(work: UnitOfWork, plan: PlanRecord) -> Iterator[tuple[str, str]]:
    """The texts of a plan, each with its place."""
    yield from _texts_in("", "", plan.structure)
    for chapter in work.plans.chapters(plan.id):
        place = f"chapter.{chapter.number}"
        yield f"{place}.title", chapter.title
        yield f"{place}.brief", chapter.brief
        yield from _texts_in(f"{place}.provenance", "", chapter.provenance)
        beats = work.plans.beats(plan.id, chapter.number)
        for at, beat in enumerate(() if beats is None else beats.beats, 1):
            yield from _texts_of_beat(f"beat.{chapter.number}.{at}", beat)


def change_plan(
    work: UnitOfWork, branch_id: str, change: PlanChange, made: str
) -> tuple[str | None, str | None]:
    """Add the changed version of the current plan; `made` tells what made it.

    Identities of the plan before and after; None twice where the change leaves it as it is.
    """
    plan = work.plans.current(branch_id)
    if plan is None or all(change(*each) == each[1] for each in plan_texts(work, plan)):
        return None, None
    added = work.plans.add(branch_id, {**_changed_in("", "", plan.structure, change), "made": made})
    for chapter in work.plans.chapters(plan.id):
        work.plans.add_chapter(added.id, _changed_chapter(chapter, change))
        beats = work.plans.beats(plan.id, chapter.number)
        if beats is not None:
            changed = tuple(
                _changed_beat(f"beat.{chapter.number}.{at}", beat, change)
                for at, beat in enumerate(beats.beats, 1)
            )
            work.plans.add_beats(added.id, chapter.number, PlannedBeats(changed, beats.origin))
    return plan.identity, added.identity


def _changed_chapter(chapter: PlannedChapterRecord, change: PlanChange) -> NewPlannedChapter:
    place = f"chapter.{chapter.number}"
    provenance: JsonObject = _changed_in(f"{place}.provenance", "", chapter.provenance, change)
    return NewPlannedChapter(
        number=chapter.number,
        part=chapter.part,
        title=change(f"{place}.title", chapter.title),
        brief=change(f"{place}.brief", chapter.brief),
        target_words=chapter.target_words,
        role=chapter.role,
        origin=chapter.origin,
        provenance=provenance,
    )


def _changed_beat(place: str, beat: Beat, change: PlanChange) -> Beat:
    return replace(
        beat,
        title=change(f"{place}.title", beat.title),
        brief=change(f"{place}.brief", beat.brief),
        characters=tuple(
            change(f"{place}.characters.{at}", each) for at, each in enumerate(beat.characters)
        ),
        place=change(f"{place}.place", beat.place),
    )


def _texts_of_beat(place: str, beat: Beat) -> Iterator[tuple[str, str]]:
    yield f"{place}.title", beat.title
    yield f"{place}.brief", beat.brief
    for at, name in enumerate(beat.characters):
        yield f"{place}.characters.{at}", name
    yield f"{place}.place", beat.place


def _texts_in(place: str, key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts_in(_path(place, name), name, each)
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _texts_in(_path(place, at), key, each)
    elif isinstance(value, str) and key in _TEXT_KEYS:
        yield place, value


def _changed_in(place: str, key: str, value: Any, change: PlanChange) -> Any:
    """The JSON of a plan with the texts of the story changed in it."""
    if isinstance(value, Mapping):
        return {
            name: _changed_in(_path(place, name), name, each, change)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_changed_in(_path(place, at), key, each, change) for at, each in enumerate(value)]
    return change(place, value) if isinstance(value, str) and key in _TEXT_KEYS else value


def _path(place: str, step: str | int) -> str:
    return f"{place}.{step}" if place else str(step)
