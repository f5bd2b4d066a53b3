"""Puts other words in the place of found ones: in chapters, plan and bible, as one change.

Every changed chapter is a new revision by the person's hand, and `undo` takes all back at once. A
chapter's summary and facts go along with its new text, so that it need not be read again; facts and
promises keep their own words unless the bible is in the scope. Locked passages refuse.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.chapter_texts import (
    ChangedChapter,
    change_checks,
    changed_chapters,
    changed_check,
    require_unlocked_chapters,
)
from novelgen.generation.plan_texts import change_plan
from novelgen.generation.searching import Part, Scope, SearchResult, search_in
from novelgen.story.text_changes import change_story
from novelgen.text.author_notes import note_spans
from novelgen.text.sanitize import clean_line
from novelgen.text.searching import Query, replace_in, require_query
from storage.change_records import (
    ChangeKind,
    ChangeRecord,
    CheckRecord,
    NewChange,
    NewCheck,
    Pointers,
)
from storage.errors import HeadMoved
from storage.records import NovelRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_SHOWN = 40
_GAP = re.compile(r"\n\s*\n\s*")


def replace(
    store: Store,
    novel: NovelRecord,
    query: Query,
    replacement: str,
    scope: Scope,
    leaving_out: Collection[str] = (),
    *,
    keeps_capitals: bool | None = None,
    seen: SearchResult | None = None,
) -> ChangeRecord | None:
    """Replace every hit but those `leaving_out` names, in one transaction.

    None where the replacement changes nothing. `keeps_capitals` as for
    `novelgen.text.searching.replaced`. `seen`: what the person looked at; where that no longer
    stands so, nothing is changed. Raises `NotFoundError` when nothing is found, `UsageError` for a
    query or a replacement that cannot be used and for a locked passage, `HeadMoved` when something
    changed since.
    """
    require_query(query, replacement)
    branch_id = novel.active_branch_id
    with store.reading() as work:
        found = search_in(work, branch_id, query, scope)
        _require_seen(found, seen)
        if not found.hits:
            raise NotFoundError(
                f"{query.text!r} stands nowhere there.", "Seek in more places, or without capitals."
            )
        replacing = _Replacing(query, clean_line_breaks(replacement), scope, keeps_capitals)
        replacing.leave(found, leaving_out)
        chapters = list(
            changed_chapters(
                work, branch_id, replacing.chapter, {"replaced": [query.text, replacement]}
            )
        )
    replacing.texts = {each.chapter.number: each.new.text or "" for each in chapters}
    with store.writing() as work:
        if any(part is not Part.CHAPTERS for part in scope.parts):
            _require_seen(search_in(work, branch_id, query, _without_chapters(scope)), found)
        return _make(work, novel, replacing, chapters)


def clean_line_breaks(replacement: str) -> str:
    """A replacement on one line; spaces at its ends stay, for they may be meant."""
    line = clean_line(replacement)
    if not line:
        return " " if replacement.strip("\n\t") else ""
    lead = " " if replacement[:1] == " " else ""
    return f"{lead}{line}{' ' if replacement[-1:] == ' ' else ''}"


@dataclass(slots=True)
class _Replacing:
    """What becomes of each text; what is said of chapters goes along with their new text."""

    query: Query
    replacement: str
    scope: Scope
    keeps_capitals: bool | None
    left: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The hits that stay, by place."""
    texts: Mapping[int, str] = field(default_factory=dict)
    """The new texts of the chapters that change."""

    @property
    def label(self) -> str:
        return f"“{_short(self.query.text)}” replaced by “{_short(self.replacement)}”"

    def leave(self, found: SearchResult, leaving_out: Collection[str]) -> None:
        left: dict[str, set[int]] = {}
        for each in found.hits:
            if each.id in leaving_out:
                left.setdefault(each.place, set()).add(each.number)
        self.left = {place: frozenset(numbers) for place, numbers in left.items()}

    def at(self, place: str, text: str) -> str:
        return replace_in(
            text,
            self.query,
            self.replacement,
            leaving=self.left.get(place),
            keeps_capitals=self.keeps_capitals,
        )[0]

    def everywhere(self, text: str) -> str:
        return self.at("", text)

    def chapter(self, number: int, title: str, text: str) -> tuple[str, str]:
        if not self.scope.holds_chapter(number):
            return title, text
        place = f"chapters.{number}"
        changed = self.at(f"{place}.text", text)
        if changed != text:
            changed = _with_whole_paragraphs(number, changed)
        return " ".join(self.at(f"{place}.title", title).split()), changed

    def plan(self, place: str, text: str) -> str:
        return self.at(f"plan.{place}", text) if Part.PLAN in self.scope.parts else text

    def told(self, place: str, text: str) -> str:
        if Part.BIBLE not in self.scope.parts:
            return text
        if place.endswith(".value"):  # a part of the fact's text, which is what the person saw
            is_left = f"bible.{place.removesuffix('.value')}.text" in self.left
            return text if is_left else self.everywhere(text)
        changed = self.at(f"bible.{place}", text)
        return changed if changed.strip() else text

    def passage(self, text: str, chapter: int | None) -> str:
        """A quotation as it stands in the chapter's new text."""
        if chapter is not None and chapter not in self.texts:
            return text
        changed = self.everywhere(text)
        if chapter is None:
            return changed if Part.CHAPTERS in self.scope.parts else text
        new = " ".join(self.texts[chapter].split())
        stays = " ".join(changed.split()) not in new and " ".join(text.split()) in new
        return text if stays else changed

    def summary(self, text: str, chapters: Collection[int]) -> str:
        """Unless something was left out: then it may be just what the summary tells."""
        is_whole = not any(f"chapters.{number}.text" in self.left for number in chapters)
        return self.everywhere(text) if is_whole else text


def _make(
    work: UnitOfWork, novel: NovelRecord, replacing: _Replacing, chapters: list[ChangedChapter]
) -> ChangeRecord | None:
    branch_id = novel.active_branch_id
    require_unlocked_chapters(work, branch_id, chapters)
    before = {each.chapter.number: each.chapter.revision.id for each in chapters}
    after = {
        each.chapter.number: work.chapters.add_revision(novel.id, each.new).id for each in chapters
    }
    old_plan, new_plan = change_plan(work, branch_id, replacing.plan, replacing.label)
    if chapters:
        _change_checks(work, branch_id, replacing.passage)
    revisions = {before[number]: after[number] for number in before}
    story = change_story(work, branch_id, replacing, revisions)
    if not (before or new_plan or story):
        return None
    versions = story.entries, story.facts, story.threads
    return work.changes.make(
        NewChange(
            novel.id,
            branch_id,
            ChangeKind.REPLACE,
            replacing.label,
            Pointers(before, old_plan, None, None, *(tuple(each) for each in versions)),
            Pointers(after, new_plan, None, None, *(tuple(each.values()) for each in versions)),
        )
    )


def _change_checks(
    work: UnitOfWork, branch_id: str, passage: Callable[[str, int | None], str]
) -> None:
    """What waits to be checked waits under the new words."""

    def changed(check: CheckRecord) -> NewCheck | None:
        return changed_check(
            check,
            lambda text: passage(text, check.edited_chapter),
            lambda text: passage(text, check.chapter),
        )

    change_checks(work, branch_id, changed)


def _require_seen(found: SearchResult, seen: SearchResult | None) -> None:
    """Raises `HeadMoved` unless what is found is what the person saw, as far as both looked."""
    if seen is None:
        return
    there = [each for each in seen.hits if each.part in found.scope.parts]
    if [(each.id, each.before, each.after) for each in found.hits] != [
        (each.id, each.before, each.after) for each in there
    ]:
        raise HeadMoved("The novel was changed in the meantime.", "Search once more.")


def _with_whole_paragraphs(number: int, text: str) -> str:
    """A chapter without the paragraphs that nothing is left of. Raises `UsageError`."""
    text = _GAP.sub("\n\n", text).strip()
    if not text:
        raise UsageError(
            f"Nothing of chapter {number} would be left.", "Replace less, or leave hits out."
        )
    if note_spans(text):
        raise UsageError(
            f"Chapter {number} would hold brackets that make a note of its prose.",
            "A note is typed in the editor.",
        )
    return text


def _without_chapters(scope: Scope) -> Scope:
    return Scope(scope.parts - {Part.CHAPTERS})


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
