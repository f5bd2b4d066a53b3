"""Draws rewritings of a passage from the text before it, with what every passage is drawn with.

A causal model cannot be held to the text after; models with a chat template are told of it. The
first passage of all rewritings is one batch; what a rewriting is short of is drawn behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from novelgen.engine.values import MemoryState
from novelgen.errors import ModelError
from novelgen.generation.beats import next_passage
from novelgen.generation.book_so_far import BookSoFar
from novelgen.generation.drafts import Wanted
from novelgen.generation.infill_ranking import Surroundings
from novelgen.generation.material import PassageMaterial
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.passage import Passage, PassagePlace, PassageWriter
from novelgen.generation.passage_brief import (
    NOTED_CHARS,
    RECENT_CHARS,
    brief_with,
    memory_for,
    ranker_for,
    watch_for,
)
from novelgen.generation.planned_place import PlannedPlace
from novelgen.prompting.brief import Brief, BriefRenderer
from novelgen.prompting.context import segment_context
from novelgen.story.known_entries import known_name_words
from novelgen.story.notes import NoteTaker
from novelgen.story.story_view import StoryView, view_before
from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_keeper import voice_of
from novelgen.text.names import capitalised_in, names_in
from novelgen.text.sentences import beginning_of_prose
from novelgen.text.words import count_words

_AFTER_WORDS = 60
"""Words of the text after that a chat model is told of."""
_MAX_PASSAGES = 24


@dataclass(frozen=True, slots=True)
class InfillTask:
    """A passage to draw anew: where it stands, and what is to be told of it."""

    place: PlannedPlace
    revision: int
    """Number that the revision with it will have; it names the random streams."""
    segment: int
    instruction: str
    wanted_words: int
    own: str
    """Of the chapter, before the passage."""
    before: str
    """What the model sees of the text before."""
    after: str


class InfillDrawer:
    """Draws the rewritings of one passage."""

    def __init__(self, context: NovelContext, task: InfillTask, memory: MemoryState) -> None:
        """`memory` is that before the segment in which the passage begins."""
        self._context = context
        self._task = task
        engine = context.engine
        self._has_chat = engine.info.has_chat_template
        with context.store.reading() as work:
            voice = voice_of(work, context.novel, context.branch_id).sheet
            view = view_before(work, context.branch_id, task.place.chapter)
        self._voice = voice
        self._told = self._brief(view, voice)
        briefs = BriefRenderer(context.library, engine.render_chat if self._has_chat else None)
        self._around = Surroundings(
            memory_for(context, memory), briefs.render(self._told), task.before, task.after
        )
        before = BookSoFar(context.store, context.branch_id).read_before(task.place.chapter)
        self._book = f"{before.text}\n\n{task.own}"
        self._index = before.index
        for text in (task.after, task.own):
            self._index.add(text)
        self._length = len(self._index)
        here = capitalised_in(f"{task.own}\n{task.after}")
        self._names = known_name_words(view.entries, self._plan_words()) | before.names | here

    @property
    def around(self) -> Surroundings:
        """What every rewriting is drawn with."""
        return self._around

    def draw_all(self, count: int) -> list[str]:
        """So many rewritings, each paragraphs of about the wanted words; none when the person stops
        the run in between.

        Raises `DrawingCancelled` when the run is stopped at once, `ModelError` when the model
        writes nothing usable.
        """
        beginnings = self._beginnings(count)
        texts: list[str] = []
        for number in range(1, count + 1):
            texts.append(self._drawn_on(beginnings[number - 1 : number], number))
            if self._context.stop.is_requested:
                return []
        return texts

    def _beginnings(self, count: int) -> Sequence[str]:
        """The first passage of the rewritings, in one batch: those that are of use."""
        wanted = self._wanted("")
        if wanted is None:
            return []
        drafts = self._passage(count, "", 0, 0, wanted).context["candidates"]
        return [draft["text"] for draft in drafts[:count] if draft["text"].strip()]

    def _drawn_on(self, beginning: Sequence[str], number: int) -> str:
        """Rewriting `number`, from 1, which begins so."""
        text = "".join(beginning)
        candidates = self._context.settings.candidates
        for passage in range(_MAX_PASSAGES):
            wanted = self._wanted(text)
            if wanted is None:
                break
            text += self._passage(candidates, text, number, passage, wanted).text
        if not text.strip():
            raise ModelError(
                f"The model wrote nothing usable for chapter {self._task.place.chapter}.",
                "Try another instruction, or another model; the chapter is as it was.",
            )
        return text.strip()

    def _passage(
        self, candidates: int, text: str, number: int, passage: int, wanted: int
    ) -> Passage:
        """The passage behind `text`, from so many drafts; the beginnings have the number 0."""
        context, task = self._context, self._task
        context.watching.on_passage(task.place.chapter, task.segment, passage, text)
        place = PassagePlace(
            branch=context.branch_name,
            chapter=task.place.chapter,
            revision=task.revision,
            segment=task.segment,
            passage=number * _MAX_PASSAGES + passage,
        )
        settings = replace(context.settings, candidates=candidates)
        writer = PassageWriter(context.engine, settings, context.novel.seed, context.watching)
        return writer.draw(place, self._material(text, wanted, asks=number > 0))

    def _material(self, text: str, wanted: int, *, asks: bool) -> PassageMaterial:
        """The guard sees the text on both sides, so that neither is said again.

        The model is not asked about drafts that the text after is going to judge.
        """
        context, around = self._context, self._around
        before = (f"{around.before}\n\n{text}" if text else around.before).strip()
        self._index.rewind(self._length)
        self._index.add(text)
        names = self._names | capitalised_in(text)
        return PassageMaterial(
            context=segment_context(
                context.engine,
                around.brief,
                self._told.parts(),
                before,
                wanted_words=wanted,
                starts_paragraph=not text,
                tail_tokens=context.settings.tail_tokens,
            ),
            wanted=Wanted(wanted, starts_paragraph=not text),
            memory=around.memory,
            watch=watch_for(context, self._told, self._index, names, self._voice.banned),
            ranker=ranker_for(
                context,
                beat=self._aim() if asks else "",
                memory=around.memory,
                prose_before=before,
                recent=f"{self._book[-RECENT_CHARS:]}\n\n{text}"[-RECENT_CHARS:],
                index=self._index,
                names=names,
                voice=self._voice,
            ),
            names=names_in(before),
        )

    def _wanted(self, text: str) -> int | None:
        """Words of the next passage; None when there are enough."""
        target = self._task.wanted_words
        step = next_passage([target], target, count_words(text))
        return None if step is None else step.wanted_words

    def _brief(self, view: StoryView, voice: VoiceSheet) -> Brief:
        task, settings = self._task, self._context.settings
        notes = NoteTaker(view, self._context.engine.count_tokens).notes(
            f"{task.place.beat_words} {task.instruction}",
            card=task.place.chapter_brief,
            tail=task.before[-NOTED_CHARS:],
            budget_tokens=settings.notes_tokens,
        )
        brief = brief_with(task.place.brief(), notes, voice, self._context)
        return replace(brief, beat=self._beat(brief.beat))

    def _beat(self, planned: str) -> str:
        task = self._task
        if not self._has_chat:
            return f"{planned} {task.instruction}".strip()
        variables = {
            "beat": planned,
            "instruction": task.instruction,
            "words": task.wanted_words,
            "after": beginning_of_prose(task.after, _AFTER_WORDS),
        }
        return self._context.library.render("infill_beat", variables)

    def _aim(self) -> str:
        """What the passage is to tell; empty where nobody said it."""
        task = self._task
        beat = task.place.beat
        return f"{'' if beat is None else beat.brief} {task.instruction}".strip()

    def _plan_words(self) -> str:
        return f"{self._task.place.all_words} {self._task.instruction}"
