"""What passages have in common, be it at the end of a book or between two others.

A research run leaves parts of the writing out: memory, plan, guard or ranking. What that means for
a passage is said here once.
"""

from collections.abc import Sequence, Set
from dataclasses import replace
from functools import partial

from novelgen.engine.values import MemoryState
from novelgen.generation.likelihoods import ModelQuestions
from novelgen.generation.novel_settings import WritingPart
from novelgen.generation.passage_source import PassageSource
from novelgen.generation.ranking import Ranker
from novelgen.prompting.brief import Brief
from novelgen.story.notes import StoryNotes
from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_drift import voice_distance
from novelgen.story.voice_text import voice_for
from novelgen.text.alarms.echoes import EchoIndex
from novelgen.text.alarms.repeats import NEAR_DISTANCE, RepeatIndex
from novelgen.text.alarms.watch import Watch
from novelgen.text.prose_metrics import (
    Within,
    band_distance,
    measure_continued,
    shipped_norms,
)

NOTED_CHARS = 1_500
"""Of the text before, in which names are looked for that notes are taken of."""
_BAND_WORDS = 1_000
_CHARS_PER_WORD = 6
RECENT_CHARS = _BAND_WORDS * 2 * _CHARS_PER_WORD
"""Of the text before, with which a draft is held against human bands."""


def brief_with(brief: Brief, notes: StoryNotes, voice: VoiceSheet, context: PassageSource) -> Brief:
    """The brief with what is known of the story; without the plan where that is left out."""
    brief = replace(
        brief,
        voice=voice_for(voice, context.engine.info),
        story_so_far=notes.story_so_far,
        facts=notes.facts,
        threads=notes.threads,
    )
    if context.settings.uses(WritingPart.PLAN):
        return brief
    return replace(
        brief,
        chapter_title=f"Chapter {brief.chapter_number}",
        chapter_brief="The story goes on.",
        beat="What happens next.",
        earlier="",
        is_closing=False,
        ends_chapter=False,
        characters=(),
        place="",
    )


def memory_for(context: PassageSource, memory: MemoryState) -> MemoryState:
    """The memory a passage is drawn with: an empty one where memory is left out."""
    uses_memory = context.settings.uses(WritingPart.MEMORY)
    return memory if uses_memory else context.engine.initial_memory()


def watch_for(
    context: PassageSource,
    brief: Brief,
    index: RepeatIndex,
    names: Set[str],
    banned: Sequence[str] = (),
) -> Watch | None:
    """The guard of a passage; None where it is left out. `names` are words as they are written."""
    if not context.settings.uses(WritingPart.GUARD):
        return None
    told = " . ".join(text for name, text in brief.parts().items() if name != "story so far")
    return Watch(
        index=index,
        echoes=EchoIndex(told),
        borrowed_names=context.borrowed_names,
        known_names=frozenset(name.casefold() for name in names),
        banned=tuple(banned),
    )


def ranker_for(
    context: PassageSource,
    *,
    beat: str,
    memory: MemoryState,
    prose_before: str,
    recent: str,
    index: RepeatIndex,
    names: Set[str],
    voice: VoiceSheet,
) -> Ranker:
    """The ranker of a passage. `recent` is the end of the book, `RECENT_CHARS` of it.

    Without a beat, and of an engine that gives no scores, nothing is asked.
    """
    settings = context.settings
    norms = shipped_norms(_BAND_WORDS)
    questions = ModelQuestions(
        context.engine,
        memory,
        beat,
        prose_before,
        asks_memory=settings.uses(WritingPart.MEMORY),
    )

    def bands(text: str) -> float:
        measured = measure_continued(recent, text, norms.window_words)
        return sum(band_distance(measured, norms, Within.MIDDLE_HALF).values())

    return Ranker(
        index.recent(NEAR_DISTANCE),
        names,
        bands,
        questions.ask if beat and context.engine.info.can_score else None,
        partial(voice_distance, voice),
        is_on=settings.uses(WritingPart.RANKING),
    )
