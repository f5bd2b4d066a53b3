"""Puts a draft, or sentences of several, into the chapter; each makes a change that can be undone.

Functions for the desk's threads.
"""

from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.errors import UsageError
from novelgen.generation.choosing import choose_draft, put_in_place, standing_draft
from novelgen.generation.editing import ChapterText, Edited, chapter_text, restore_revision
from novelgen.generation.infill_keeping import take_candidate
from novelgen.text.paragraph_spans import paragraph_spans, paragraphs_at
from novelgen.text.sentences import beginning_of_prose
from novelgen.tui.places.drafts.reading import DraftGroup, DraftKind, ShownDraft

_INSTRUCTION = "Say just this, as nearly in these words as you can, so that it reads in one go: "
_LONGEST_INSTRUCTION = 950
"""Characters; what the command takes, with room to spare."""


@dataclass(frozen=True, slots=True)
class JoinedKept:
    """A joined text that stands in its chapter now."""

    edited: Edited
    seam_paragraphs: tuple[int, int] | None
    """Of the chapter, from 1; None where there is nothing to smooth."""
    instruction: str


def take_draft(
    workbench: Workbench, novel_id: str, number: int, group: DraftGroup, draft: ShownDraft
) -> str:
    """Make a draft stand; returns what was done, in a sentence. Raises `NovelgenError`."""
    novel = workbench.find(novel_id).novel
    if not draft.is_usable:
        raise UsageError(
            "The guard cut this draft too short to be used.", "Take another, or redraw the passage."
        )
    if group.kind is DraftKind.REWRITING:
        taken = take_candidate(workbench.store, novel, number, draft.number)
        return f"Draft {draft.number} of the rewriting stands now: revision {taken.revision}."
    before = chapter_text(workbench.store, novel.id, novel.active_branch_id, number)
    if group.kind is DraftKind.CHAPTER:
        with workbench.store.reading() as work:
            revision = work.chapters.revision_numbered(novel.id, number, draft.number)
        edited = restore_revision(workbench.store, before, revision)
        return f"Revision {revision.number} is chapter {number} now.{_to_check(edited)}"
    if group.passage is None:
        raise LookupError("a passage without what was seen for it")
    edited = choose_draft(workbench.store, before, group.passage, draft.number)
    return (
        f"Draft {draft.number} of passage {group.number} stands now: "
        f"revision {edited.revision.number}.{_to_check(edited)}"
    )


def keep_joined(
    workbench: Workbench,
    novel_id: str,
    number: int,
    group: DraftGroup,
    text: str,
    seams: tuple[int, int] | None,
) -> JoinedKept:
    """Put a joined text in the place of the draft that stands. Raises `NovelgenError`.

    `seams` are the first and last of its own paragraphs with a seam, from 1.
    """
    novel = workbench.find(novel_id).novel
    before = chapter_text(workbench.store, novel.id, novel.active_branch_id, number)
    standing = _standing(before, group)
    start = before.text.replace(standing, "\0", 1).strip().find("\0")
    edited = put_in_place(workbench.store, before, standing, text)
    with workbench.store.reading() as work:
        whole = work.texts.of_revision(edited.revision.id)
    spans = paragraph_spans(text)
    if seams is None or not spans:
        return JoinedKept(edited, None, "")
    first, last = (spans[min(each, len(spans)) - 1] for each in seams)
    paragraphs = paragraphs_at(whole, start + first[0], start + last[1])
    passage = whole[slice(*_span(whole, paragraphs))]
    room = _LONGEST_INSTRUCTION - len(_INSTRUCTION)
    told = " ".join(passage.split())
    if len(told) > room:
        told = beginning_of_prose(told[:room], room) or told[:room]
    return JoinedKept(edited, paragraphs, _INSTRUCTION + told)


def _standing(before: ChapterText, group: DraftGroup) -> str:
    if group.kind is DraftKind.CHAPTER:
        return before.text.strip()
    if group.passage is not None:
        return standing_draft(before, group.passage)
    standing = "" if group.standing is None else group.drafts[group.standing].text
    if before.text.count(standing) != 1:
        raise UsageError(
            "The rewriting does not stand in the chapter any more.", "It was edited since."
        )
    return standing


def _span(text: str, paragraphs: tuple[int, int]) -> tuple[int, int]:
    spans = paragraph_spans(text)
    return spans[paragraphs[0] - 1][0], spans[paragraphs[1] - 1][1]


def _to_check(edited: Edited) -> str:
    return f" {edited.to_check} later passages to check." if edited.to_check else ""
