"""The names that a novel knows, which are therefore spelt right: of its bible, plan and title."""

from collections.abc import Iterator, Mapping
from typing import Any

from novelgen.text.names import capitalised_in
from storage.records import NovelRecord
from storage.unit_of_work import UnitOfWork


def names_of_novel(work: UnitOfWork, novel: NovelRecord) -> list[str]:
    """Names of people, places and things with their aliases, and the names that the plan uses."""
    branch_id = novel.active_branch_id
    entries = work.entries.of_branch(branch_id, with_hidden=True)
    names = [name for entry in entries for name in (entry.name, *entry.aliases)]
    told = [novel.title, novel.author, novel.premise]
    told += [fact.text for fact in work.facts.of_branch(branch_id)]
    plan = work.plans.current(branch_id)
    if plan is not None:
        told += _texts(plan.structure)
        for chapter in work.plans.chapters(plan.id):
            told += [chapter.title, chapter.brief]
            beats = work.plans.beats(plan.id, chapter.number)
            for beat in () if beats is None else beats.beats:
                told += [beat.title, beat.brief]
                names += [*beat.characters, beat.place]
    return list(dict.fromkeys([*names, *sorted(capitalised_in("\n".join(told)))]))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
