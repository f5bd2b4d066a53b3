"""The bible and the promises of a branch as one YAML document, for a person to read and edit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from novelgen.errors import UsageError
from novelgen.text.sanitize import clean_line
from novelgen.text.yaml_reading import YamlMistake, read_yaml
from storage.story_records import (
    EntryKind,
    EntryRecord,
    FactRecord,
    StoryOrigin,
    ThreadKind,
    ThreadRecord,
    ThreadState,
)
from storage.unit_of_work import UnitOfWork

_HEAD = """\
# Who and what there is in “{title}”, what is true of them, and what the story promised.
# Change, add and delete what you like; leave out `id` of what is new. What you delete counts no
# more, what you change is yours and no run changes it again. `from` and `until` are chapters: a
# fact holds from the beginning of the one (0: from before the story) to that of the other. The
# state of a promise is open, paid, intended or dropped. `novelgen undo` takes the whole edit back.
"""


def _as_line(value: object) -> str:
    """Text, or a number without quotation marks; YAML reads `No`, dates and lists as no text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no text; put it in quotation marks")
    return clean_line(str(value))


def _as_list(value: object) -> object:
    """A list of which all was deleted is empty, and so is a line of it."""
    if isinstance(value, list):
        return [each for each in value if each is not None]
    return [] if value is None else value


_Line = Annotated[str, BeforeValidator(_as_line)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FactForm(_Form):
    """A fact; without an id it is new."""

    id: int | None = None
    text: _Line = Field(min_length=3, max_length=400)
    valid_from: int | None = Field(default=None, ge=0, alias="from")
    until: int | None = Field(default=None, ge=1)


class EntryForm(_Form):
    """A character, place or thing with its facts."""

    id: int | None = None
    name: _Line = Field(min_length=1, max_length=100)
    kind: EntryKind = EntryKind.CHARACTER
    aliases: Annotated[list[_Line], BeforeValidator(_as_list)] = []
    description: _Line = Field(default="", max_length=2_000)
    facts: Annotated[list[FactForm], BeforeValidator(_as_list)] = []


class PromiseForm(_Form):
    """A promise of the story."""

    id: int | None = None
    text: _Line = Field(min_length=3, max_length=600)
    kind: ThreadKind = ThreadKind.SETUP
    opened: int = Field(default=0, ge=0)
    due: int | None = Field(default=None, ge=1)
    state: ThreadState = ThreadState.OPEN


class LatestForm(_Form):
    """The newest versions that the document shows: what is newer was not left out of it."""

    entries: int = 0
    facts: int = 0
    promises: int = 0


class DocumentForm(_Form):
    """All of it."""

    entries: list[EntryForm] = []
    promises: list[PromiseForm] = []
    latest: LatestForm = LatestForm()


@dataclass(frozen=True, slots=True)
class Bible:
    """What a branch knows, as the document shows it."""

    entries: tuple[EntryRecord, ...]
    facts: tuple[FactRecord, ...]
    threads: tuple[ThreadRecord, ...]

    def with_facts(self) -> list[tuple[EntryRecord, list[FactRecord]]]:
        """The entries, each with what is true of it."""
        facts: dict[str, list[FactRecord]] = {entry.key: [] for entry in self.entries}
        for fact in self.facts:
            if fact.entry_key in facts:
                facts[fact.entry_key].append(fact)
        return [(entry, facts[entry.key]) for entry in self.entries]


def bible_of(work: UnitOfWork, branch_id: str, *, before_chapter: int | None = None) -> Bible:
    """All that is known, or what is known when a chapter begins."""
    if before_chapter is None:
        facts = work.facts.of_branch(branch_id)
        entries, threads = work.entries.of_branch(branch_id), work.threads.of_branch(branch_id)
    else:
        through = before_chapter - 1
        facts = work.facts.valid_at(branch_id, before_chapter)
        entries = work.entries.of_branch(branch_id, through_chapter=through)
        threads = work.threads.of_branch(branch_id, through_chapter=through)
    told = {fact.entry_key for fact in facts}
    shown = [entry for entry in entries if not is_forgotten(entry) or entry.key in told]
    shown_threads = [each for each in threads if each.state is not ThreadState.DROPPED]
    return Bible(tuple(shown), tuple(facts), tuple(shown_threads))


def as_document(bible: Bible, title: str) -> str:
    """The document, with a head that tells how to edit it."""
    document = {
        "entries": [_entry_as_yaml(entry, facts) for entry, facts in bible.with_facts()],
        "promises": [_promise_as_yaml(thread) for thread in bible.threads],
        "latest": {
            "entries": max((each.id for each in bible.entries), default=0),
            "facts": max((each.id for each in bible.facts), default=0),
            "promises": max((each.id for each in bible.threads), default=0),
        },
    }
    body = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    return _HEAD.format(title=clean_line(title)) + body


def parse_document(raw: str) -> DocumentForm:
    """The document as a person hands it in. Raises `UsageError` that names the place."""
    try:
        loaded = read_yaml(raw).value
        return DocumentForm.model_validate(loaded if loaded is not None else {})
    except YamlMistake as mistake:
        raise UsageError(
            f"The bible is no YAML: {mistake}.", "Mend it, and hand it in again."
        ) from mistake
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(each) for each in first["loc"]) or "the document"
        raise UsageError(
            f"The bible cannot be used: {place}: {first['msg'].removeprefix('Value error, ')}.",
            "Mend it, and hand it in again; `novelgen bible NOVEL` shows the form.",
        ) from error


def is_forgotten(entry: EntryRecord) -> bool:
    """Whether only a text that is no more named it."""
    by_text = entry.origin in (StoryOrigin.TEXT, StoryOrigin.MODEL)
    return by_text and entry.first_chapter is None


def _entry_as_yaml(entry: EntryRecord, facts: Sequence[FactRecord]) -> dict[str, Any]:
    document: dict[str, Any] = {"id": entry.id, "name": entry.name, "kind": entry.kind.value}
    if entry.aliases:
        document["aliases"] = list(entry.aliases)
    document["description"] = entry.description
    document["facts"] = [_fact_as_yaml(fact) for fact in facts]
    return document


def _fact_as_yaml(fact: FactRecord) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": fact.id,
        "text": clean_line(fact.text),
        "from": fact.valid_from_chapter,
    }
    if fact.valid_until_chapter is not None:
        document["until"] = fact.valid_until_chapter
    return document


def _promise_as_yaml(thread: ThreadRecord) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": thread.id,
        "text": clean_line(thread.text),
        "kind": thread.kind.value,
        "opened": thread.opened_chapter,
        "state": thread.state.value,
    }
    if thread.due_chapter is not None:
        document["due"] = thread.due_chapter
    return document
