"""The voice of a branch as it is kept: the author's sheet, and what it leaves open filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from novelgen.story.voice import VoiceSheet, sheet_of
from novelgen.story.voice_guess import voice_of_premise, voice_of_prose
from storage.records import NovelRecord
from storage.story_records import VoiceOrigin, VoiceSheetRecord
from storage.unit_of_work import UnitOfWork

_GUESSED = ("genre", "point_of_view", "tense")


@dataclass(frozen=True, slots=True)
class Voice:
    """How a branch sounds."""

    sheet: VoiceSheet
    """The author's, with what it leaves open filled in."""
    own: VoiceSheet
    """The author's alone; empty when they gave none."""
    version: int
    """Of the author's sheet; 0 when they gave none."""
    guessed: Mapping[str, VoiceOrigin]
    """Where the fields come from that were filled in."""


def voice_of(
    work: UnitOfWork,
    novel: NovelRecord,
    branch_id: str | None = None,
    before_chapter: int | None = None,
) -> Voice:
    """The voice of a branch, by default the active one.

    Without the author's word person and tense are those of the prose at the book's beginning, of
    chapters before `before_chapter` alone where it is given; of a book without prose they are
    guessed from the premise, as is the genre.
    """
    branch_id = branch_id or novel.active_branch_id
    stored = work.voices.current(branch_id)
    own = VoiceSheet() if stored is None else sheet_of(stored.sheet)
    version = 0 if stored is None else stored.version
    if all(getattr(own, name) for name in _GUESSED):
        return Voice(own, own, version, {})
    last = None if before_chapter is None else before_chapter - 1
    texts = (text for _, text in work.texts.of_branch(branch_id, through_chapter=last))
    measured = voice_of_prose(texts) or VoiceSheet()
    premise = voice_of_premise(novel.premise)
    filled: dict[str, object] = {}
    guessed: dict[str, VoiceOrigin] = {}
    for name in _GUESSED:
        found = getattr(measured, name) or getattr(premise, name)
        if found and not getattr(own, name):
            filled[name] = found
            is_measured = bool(getattr(measured, name))
            guessed[name] = VoiceOrigin.MEASURED if is_measured else VoiceOrigin.PREMISE
    return Voice(replace(own, **filled), own, version, guessed)  # type: ignore[arg-type]


def keep_voice(work: UnitOfWork, branch_id: str, sheet: VoiceSheet) -> VoiceSheetRecord:
    """Make a sheet the author's for a branch, as its next version."""
    return work.voices.add(branch_id, sheet.as_json(), VoiceOrigin.AUTHOR)
