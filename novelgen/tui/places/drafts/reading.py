"""The drafts of a chapter: of the whole, of a rewritten passage, of each passage drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from novelgen.bootstrap import Workbench
from novelgen.errors import NotFoundError
from novelgen.generation.draft_reasons import Reason, Strike, reasons_of, strike_of
from novelgen.manuscript.passages_seen import SeenPassage, passages_seen
from novelgen.text.paragraph_spans import paragraphs_at
from novelgen.text.sanitize import clean_text
from novelgen.text.words import count_words
from storage.records import ChapterRecord, RevisionOrigin, RevisionRecord, RevisionState
from storage.unit_of_work import UnitOfWork

_MOST_CHAPTER_DRAFTS = 8
_LEADS_AT_ALL = 0.005
"""Nats a token; less says nothing."""


class DraftKind(StrEnum):
    """Of what there are drafts."""

    CHAPTER = "chapter"
    REWRITING = "rewriting"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """One draft. `number` is what it is taken by: of a draft, a candidate or a revision."""

    number: int
    text: str
    words: int
    told: str
    """Its score or origin, in a few words."""
    reasons: tuple[Reason, ...]
    strike: Strike | None = None
    """What the guard cut behind it."""
    is_usable: bool = True


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """The drafts of one thing, the best first."""

    kind: DraftKind
    number: int
    """Of the passage, from 1; 0 of the others."""
    drafts: tuple[ShownDraft, ...]
    standing: int | None
    """Index of the draft that stands in the chapter."""
    paragraphs: tuple[int, int] | None
    """Where it stands, from 1; None where no draft does."""
    passage: SeenPassage | None = None

    @property
    def id(self) -> str:
        return f"{self.kind.value}-{self.number}"

    @property
    def name(self) -> str:
        match self.kind:
            case DraftKind.CHAPTER:
                return "The chapter"
            case DraftKind.REWRITING:
                return "Rewriting"
            case DraftKind.PASSAGE:
                return f"Passage {self.number}"

    @property
    def num_struck(self) -> int:
        return sum(draft.strike is not None for draft in self.drafts)


@dataclass(frozen=True, slots=True)
class ChapterDrafts:
    """All of a chapter."""

    chapter: int
    groups: tuple[DraftGroup, ...]
    note: str = ""
    """Why there is nothing, or not all, to see."""


def read_drafts(workbench: Workbench, novel_id: str, number: int) -> ChapterDrafts:
    """The drafts of a chapter of the active branch."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        chapter = work.chapters.get(branch_id, number)
        if chapter is None or not chapter.revision.words:
            return ChapterDrafts(number, (), f"Chapter {number} has no text yet.")
        text = work.texts.of_revision(chapter.revision.id)
        groups = [*_chapter_group(work, chapter, text), *_rewriting_group(chapter, text)]
        note = ""
        try:
            passages = passages_seen(work, branch_id, number)
        except NotFoundError as error:
            passages, note = [], error.message
    groups += [_passage_group(each, text) for each in passages]
    return ChapterDrafts(number, tuple(groups), note)


def _passage_group(passage: SeenPassage, text: str) -> DraftGroup:
    wanted = int(passage.provenance.get("wanted_words", 0))
    drafts = [
        _draft(number, each, wanted) for number, each in enumerate(passage.seen["candidates"], 1)
    ]
    unused = [_unused(each) for each in passage.seen.get("unused", [])]
    paragraphs = None
    if passage.standing is not None:
        paragraphs = _paragraphs(text, drafts[passage.standing].text)
    return DraftGroup(
        DraftKind.PASSAGE,
        passage.number,
        (*drafts, *(each for each in unused if each.text or each.strike)),
        passage.standing,
        paragraphs,
        passage,
    )


def _draft(number: int, stored: Mapping[str, Any], wanted_words: int) -> ShownDraft:
    reasons = reasons_of(stored["terms"], stored["cost"], stored["words"], wanted_words)
    return ShownDraft(
        number,
        clean_text(stored["text"]).strip(),
        stored["words"],
        f"cost {stored['cost']:.2f}, lower is better",
        reasons,
        _strike(stored),
    )


def _unused(stored: Mapping[str, Any]) -> ShownDraft:
    return ShownDraft(
        0,
        clean_text(stored["text"]).strip(),
        stored["words"],
        "not usable",
        (),
        _strike(stored),
        is_usable=False,
    )


def _strike(stored: Mapping[str, Any]) -> Strike | None:
    alarm = stored["stopped_by"]
    return None if alarm is None else strike_of(alarm["kind"], clean_text(alarm["detail"]))


def _rewriting_group(chapter: ChapterRecord, text: str) -> list[DraftGroup]:
    """The rewritings that the chapter's text is an outcome of, if it is."""
    infill = chapter.revision.provenance.get("infill")
    if not infill:
        return []
    drafts = tuple(
        ShownDraft(
            each["number"],
            clean_text(each["text"]).strip(),
            each["words"],
            "",
            _rewriting_reasons(each),
        )
        for each in infill["candidates"]
    )
    standing = next(
        (at for at, draft in enumerate(drafts) if draft.number == infill["chosen"]), None
    )
    paragraphs = None if standing is None else _paragraphs(text, drafts[standing].text)
    return [DraftGroup(DraftKind.REWRITING, 0, drafts, standing, paragraphs)]


def _rewriting_reasons(stored: Mapping[str, Any]) -> tuple[Reason, ...]:
    found: list[Reason] = []
    leads = stored["leads"] or 0.0
    if stored["leaks"]:
        found.append(Reason(float(stored["leaks"]), "it speaks about the story"))
    if stored["repeats"]:
        share = 100 * stored["repeats"]
        found.append(
            Reason(stored["repeats"], f"{share:.1f} % of its phrases stand around it already")
        )
    if abs(leads) >= _LEADS_AT_ALL:
        told = "what follows comes as expected" if leads > 0 else "what follows fits less well"
        found.append(Reason(-leads, told))
    return tuple(sorted(found, key=lambda reason: -reason.cost))


def _chapter_group(work: UnitOfWork, chapter: ChapterRecord, text: str) -> list[DraftGroup]:
    """The machine's drafts of the whole chapter, where there is more than one."""
    revisions = [
        each
        for each in work.chapters.revisions(chapter.revision.novel_id, chapter.number)
        if each.words
        and each.state is not RevisionState.OPEN
        and (each.origin is RevisionOrigin.GENERATED or each.id == chapter.revision.id)
    ][-_MOST_CHAPTER_DRAFTS:]
    if sum(each.origin is RevisionOrigin.GENERATED for each in revisions) < 2:
        return []
    drafts = tuple(_chapter_draft(work, chapter, each, text) for each in revisions)
    standing = next(
        (at for at, each in enumerate(revisions) if each.id == chapter.revision.id), None
    )
    whole = _paragraphs(text, text.strip())
    return [DraftGroup(DraftKind.CHAPTER, 0, drafts, standing, whole)]


def _chapter_draft(
    work: UnitOfWork, chapter: ChapterRecord, revision: RevisionRecord, text: str
) -> ShownDraft:
    found = work.findings.of_revision(chapter.branch_id, revision.id)
    own = text if revision.id == chapter.revision.id else work.texts.of_revision(revision.id)
    reasons = []
    if found:
        things = "1 thing looks odd" if len(found) == 1 else f"{len(found)} things look odd"
        reasons.append(Reason(float(len(found)), things))
    instruction = revision.provenance.get("instruction")
    if instruction:
        reasons.append(Reason(0.0, f"you asked: {clean_text(str(instruction))}"))
    return ShownDraft(
        revision.number,
        own.strip(),
        count_words(own),
        f"revision {revision.number}",
        tuple(reasons),
    )


def _paragraphs(text: str, passage: str) -> tuple[int, int] | None:
    start = text.find(passage) if passage else -1
    return None if start < 0 else paragraphs_at(text, start, start + len(passage))


def others_than(group: DraftGroup, held: int) -> Sequence[int]:
    """The indices of the drafts that can stand beside one."""
    return [at for at in range(len(group.drafts)) if at != held]
