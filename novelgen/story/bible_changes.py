"""Single changes of a person to the bible and the promises; each is one change that `undo` takes
back, made as if they had edited the document of the whole bible (`bible_editing`).

All raise `UsageError` for what a bible cannot hold, and for what was taken out meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from novelgen.errors import UsageError
from novelgen.story.bible_document import (
    Bible,
    DocumentForm,
    EntryForm,
    FactForm,
    LatestForm,
    PromiseForm,
    bible_of,
)
from novelgen.story.bible_editing import apply_form
from novelgen.text.sanitize import clean_line
from storage.change_records import ChangeRecord
from storage.story_records import EntryRecord, FactRecord, ThreadRecord
from storage.unit_of_work import UnitOfWork

FormT = TypeVar("FormT", bound=BaseModel)
_CALLED = {
    "name": "The name",
    "text": "The text",
    "description": "The description",
    "valid_from": "“From chapter”",
    "from": "“From chapter”",
    "until": "“Until chapter”",
    "due": "“Due in chapter”",
    "opened": "“Opened in chapter”",
    "aliases": "Another name",
}


def add_entry(work: UnitOfWork, branch_id: str, values: Mapping[str, Any]) -> ChangeRecord | None:
    """Add a person, place or thing; `values` are fields of an `EntryForm`."""
    entry = _checked(EntryForm, {**values, "id": None, "facts": []})
    return _changed(work, branch_id, entries=lambda entries: [*entries, entry])


def change_entry(
    work: UnitOfWork, branch_id: str, entry_id: int, values: Mapping[str, Any]
) -> ChangeRecord | None:
    """Change fields of an entry; what is called otherwise keeps its old name as another one."""

    def change(entry: EntryForm) -> EntryForm:
        told = {name: getattr(entry, name) for name in ("name", "kind", "aliases", "description")}
        checked = _checked(EntryForm, {**told, **values})
        return checked.model_copy(update={"id": entry.id, "facts": entry.facts})

    return _changed(work, branch_id, entries=lambda all_: _each(all_, entry_id, "entry", change))


def take_out_entry(work: UnitOfWork, branch_id: str, entry_id: int) -> ChangeRecord | None:
    """Take an entry out of the bible, with what is said of it; no run brings it back."""
    return _changed(
        work, branch_id, entries=lambda all_: _each(all_, entry_id, "entry", lambda _: None)
    )


def add_fact_to(
    work: UnitOfWork, branch_id: str, entry_id: int, values: Mapping[str, Any]
) -> ChangeRecord | None:
    """Add a fact to an entry; `values` are fields of a `FactForm`."""
    fact = _checked(FactForm, {**values, "id": None})

    def change(entry: EntryForm) -> EntryForm:
        return entry.model_copy(update={"facts": [*entry.facts, fact]})

    return _changed(work, branch_id, entries=lambda all_: _each(all_, entry_id, "entry", change))


def change_fact(
    work: UnitOfWork, branch_id: str, fact_id: int, values: Mapping[str, Any]
) -> ChangeRecord | None:
    """Change a fact's text, or from when until when it is true."""

    def change(fact: FactForm) -> FactForm:
        told = {name: getattr(fact, name) for name in ("text", "valid_from", "until")}
        return _checked(FactForm, {**told, **values}).model_copy(update={"id": fact.id})

    return _changed(work, branch_id, facts=(fact_id, change))


def retract_fact(work: UnitOfWork, branch_id: str, fact_id: int) -> ChangeRecord | None:
    """Say that a fact is not true; no run finds it again."""
    return _changed(work, branch_id, facts=(fact_id, lambda _: None))


def add_promise(work: UnitOfWork, branch_id: str, values: Mapping[str, Any]) -> ChangeRecord | None:
    """Add a promise of the story; `values` are fields of a `PromiseForm`."""
    promise = _checked(PromiseForm, {**values, "id": None})
    return _changed(work, branch_id, promises=lambda all_: [*all_, promise])


def change_promise(
    work: UnitOfWork, branch_id: str, promise_id: int, values: Mapping[str, Any]
) -> ChangeRecord | None:
    """Change a promise, or say what became of it."""

    def change(promise: PromiseForm) -> PromiseForm:
        told = {name: getattr(promise, name) for name in ("text", "kind", "opened", "due", "state")}
        return _checked(PromiseForm, {**told, **values}).model_copy(update={"id": promise.id})

    return _changed(
        work, branch_id, promises=lambda all_: _each(all_, promise_id, "promise", change)
    )


def form_of(bible: Bible) -> DocumentForm:
    """The document of a bible, not written out; it holds what is stored, however long."""
    return DocumentForm.model_construct(
        entries=[_entry_form(entry, facts) for entry, facts in bible.with_facts()],
        promises=[_promise_form(thread) for thread in bible.threads],
        latest=LatestForm(
            entries=max((each.id for each in bible.entries), default=0),
            facts=max((each.id for each in bible.facts), default=0),
            promises=max((each.id for each in bible.threads), default=0),
        ),
    )


def _changed(
    work: UnitOfWork,
    branch_id: str,
    *,
    entries: Callable[[list[EntryForm]], list[EntryForm]] = lambda all_: all_,
    facts: tuple[int, Callable[[FactForm], FactForm | None]] | None = None,
    promises: Callable[[list[PromiseForm]], list[PromiseForm]] = lambda all_: all_,
) -> ChangeRecord | None:
    form = form_of(bible_of(work, branch_id))
    told = entries(form.entries)
    if facts is not None:
        told = _with_fact(told, *facts)
    changed = form.model_copy(update={"entries": told, "promises": promises(form.promises)})
    return apply_form(work, branch_id, changed)


def _with_fact(
    entries: list[EntryForm], fact_id: int, change: Callable[[FactForm], FactForm | None]
) -> list[EntryForm]:
    if all(fact.id != fact_id for entry in entries for fact in entry.facts):
        raise _gone("fact")
    return [
        entry.model_copy(update={"facts": _each(entry.facts, fact_id, "fact", change)})
        if any(fact.id == fact_id for fact in entry.facts)
        else entry
        for entry in entries
    ]


def _each(
    forms: Sequence[FormT], id_: int, what: str, change: Callable[[Any], FormT | None]
) -> list[FormT]:
    """The forms, with the one of that id changed, or left out where the change gives nothing."""
    if all(getattr(form, "id", None) != id_ for form in forms):
        raise _gone(what)
    made = [change(form) if getattr(form, "id", None) == id_ else form for form in forms]
    return [form for form in made if form is not None]


def _gone(what: str) -> UsageError:
    return UsageError(
        f"The {what} was changed or taken out meanwhile.", "Look at it again, and try once more."
    )


def _checked(form: type[FormT], values: Mapping[str, Any]) -> FormT:
    try:
        return form.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        called = _CALLED.get(field, field.replace("_", " ").capitalize())
        told = first["msg"].removeprefix("Value error, ").lower()
        raise UsageError(
            f"{called} cannot be used: {told}.", "Change it, and try again."
        ) from error


def _entry_form(entry: EntryRecord, facts: Sequence[FactRecord]) -> EntryForm:
    return EntryForm.model_construct(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        aliases=list(entry.aliases),
        description=entry.description,
        facts=[_fact_form(fact) for fact in facts],
    )


def _fact_form(fact: FactRecord) -> FactForm:
    return FactForm.model_construct(
        id=fact.id,
        text=clean_line(fact.text),
        valid_from=fact.valid_from_chapter,
        until=fact.valid_until_chapter,
    )


def _promise_form(thread: ThreadRecord) -> PromiseForm:
    return PromiseForm.model_construct(
        id=thread.id,
        text=clean_line(thread.text),
        kind=thread.kind,
        opened=thread.opened_chapter,
        due=thread.due_chapter,
        state=thread.state,
    )
