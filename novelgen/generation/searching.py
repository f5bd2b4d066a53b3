"""Search through a novel: its chapters, its plan, its bible, each hit with its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from novelgen.generation.plan_texts import plan_texts
from novelgen.story.text_changes import story_texts
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.searching import Hit, Query, find_in, require_query
from storage.records import NovelRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_AROUND = 40
"""Characters that are shown on either side."""


class Part(StrEnum):
    """What is searched of a novel; the value begins the places in it."""

    CHAPTERS = "chapters"
    PLAN = "plan"
    BIBLE = "bible"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to search. `chapter` narrows the chapters to one."""

    parts: frozenset[Part] = frozenset(Part)
    chapter: int | None = None

    @classmethod
    def of_chapter(cls, number: int) -> "Scope":
        """One chapter alone."""
        return cls(frozenset({Part.CHAPTERS}), number)

    @classmethod
    def of_book(cls) -> "Scope":
        """All chapters, and nothing else."""
        return cls(frozenset({Part.CHAPTERS}))

    def holds_chapter(self, number: int) -> bool:
        return Part.CHAPTERS in self.parts and self.chapter in (None, number)


@dataclass(frozen=True, slots=True)
class Found:
    """A hit."""

    place: str
    """`chapters.3.text`, `chapters.3.title`, or a place of the plan or the bible behind `plan.` or
    `bible.`."""
    number: int
    """Which of the hits at the place it is, from 0."""
    chapter: int | None
    """Of a chapter, or of the plan of one."""
    paragraph: int | None
    """In the prose of a chapter, from 1."""
    where: str
    """The place in words."""
    before: str
    matched: str
    after: str
    hit: Hit
    """In the text at the place."""

    @property
    def id(self) -> str:
        """What the hit is called; good as long as nothing is changed."""
        return f"{self.place}:{self.number}"

    @property
    def part(self) -> Part:
        return Part(self.place.partition(".")[0])


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found, in the order of the book, then of the plan and the bible."""

    query: Query
    scope: Scope
    hits: tuple[Found, ...]

    def count(self, part: Part) -> int:
        return sum(each.part is part for each in self.hits)


def search(store: Store, novel: NovelRecord, query: Query, scope: Scope) -> SearchResult:
    """Every hit in the active branch. Raises `UsageError` for a query that cannot be used."""
    require_query(query)
    with store.reading() as work:
        return search_in(work, novel.active_branch_id, query, scope)


def search_in(work: UnitOfWork, branch_id: str, query: Query, scope: Scope) -> SearchResult:
    """As `search`, in a unit of work."""
    hits = [
        found
        for place, where, text in _texts(work, branch_id, scope)
        for found in _found(place, where, text, query)
    ]
    return SearchResult(query, scope, tuple(hits))


def _texts(work: UnitOfWork, branch_id: str, scope: Scope) -> Iterator[tuple[str, str, str]]:
    """Every text in the scope, with its place, and that in words."""
    if Part.CHAPTERS in scope.parts:
        for chapter in work.chapters.of_branch(branch_id):
            if scope.holds_chapter(chapter.number):
                place, where = f"chapters.{chapter.number}", f"chapter {chapter.number}"
                yield f"{place}.title", f"{where}, title", chapter.revision.title
                yield f"{place}.text", where, work.texts.of_revision(chapter.revision.id)
    plan = work.plans.current(branch_id) if Part.PLAN in scope.parts else None
    if plan is not None:
        for place, text in plan_texts(work, plan):
            yield f"plan.{place}", _where_in_plan(place), text
    if Part.BIBLE in scope.parts:
        names = {
            entry.key: entry.name for entry in work.entries.of_branch(branch_id, with_hidden=True)
        }
        facts = {fact.key: fact.entry_key for fact in work.facts.of_branch(branch_id)}
        for place, text in story_texts(work, branch_id):
            kind, key, what = place.split(".")[:3]
            name = names.get(facts.get(key, key), "")
            yield f"bible.{place}", _where_in_bible(kind, name, what), text


def _found(place: str, where: str, text: str, query: Query) -> Iterator[Found]:
    hits = find_in(text, query)
    is_prose = place.startswith("chapters.") and place.endswith(".text")
    spans = paragraph_spans(text) if hits and is_prose else []
    steps = place.split(".")
    has_chapter = steps[0] == "chapters" or steps[1] in ("chapter", "beat")
    chapter = int(steps[1] if steps[0] == "chapters" else steps[2]) if has_chapter else None
    at = 0
    for number, hit in enumerate(hits):
        while at + 1 < len(spans) and spans[at + 1][0] <= hit.start:
            at += 1
        yield Found(
            place,
            number,
            chapter,
            at + 1 if is_prose else None,
            f"{where}, paragraph {at + 1}" if is_prose else where,
            text[max(0, hit.start - _AROUND) : hit.start],
            text[hit.start : hit.end],
            text[hit.end : hit.end + _AROUND],
            hit,
        )


def _where_in_plan(place: str) -> str:
    kind, *steps = place.split(".")
    if kind == "beat":
        return f"plan of chapter {steps[0]}, beat {steps[1]}, {steps[2]}"
    if kind == "chapter":
        what = [step for step in steps[1:] if step != "provenance" and not step.isdecimal()]
        return f"plan of chapter {steps[0]}, {' '.join(what)}"
    return f"plan, {' '.join(step for step in [kind, *steps] if not step.isdecimal())}"


def _where_in_bible(kind: str, name: str, what: str) -> str:
    if kind == "thread":
        return "bible, a promise"
    return f"bible, {name}, fact" if kind == "fact" else f"bible, {name}, {what}"
