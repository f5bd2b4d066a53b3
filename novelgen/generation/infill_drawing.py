"""Draws rewritings of a passage, one after the other, each from the text before it.

A causal model cannot be held to the text after; models with a chat template are told of it.
"""

from dataclasses import dataclass

from novelgen.errors import ModelError
from novelgen.generation.beats import next_passage
from novelgen.generation.drafts import Wanted
from novelgen.generation.infill_ranking import Surroundings
from novelgen.generation.material import PassageMaterial
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.novel_settings import WritingPart
from novelgen.generation.passage import PassagePlace, PassageWriter
from novelgen.generation.ranking import Ranker
from novelgen.prompting.brief import Brief, BriefRenderer
from novelgen.prompting.context import segment_context
from novelgen.text.alarms.repeats import NEAR_DISTANCE, RepeatIndex
from novelgen.text.alarms.watch import Watch
from novelgen.text.names import capitalised_in
from novelgen.text.sentences import beginning_of_prose
from novelgen.text.words import count_words

_AFTER_WORDS = 60
"""Words of the text after that a chat model is told of."""
_MAX_PASSAGES = 24


@dataclass(frozen=True, slots=True)
class InfillTask:
    """A passage to draw anew: where it stands, and what is to be told of it."""

    chapter: int
    revision: int
    """Number that the revision with it will have; it names the random streams."""
    segment: int
    title: str
    premise: str
    total_chapters: int
    chapter_title: str
    chapter_brief: str
    beat: str
    instruction: str
    wanted_words: int
    after: str


class InfillDrawer:
    """Draws the rewritings of one passage."""

    def __init__(self, context: NovelContext, task: InfillTask) -> None:
        self._context = context
        self._task = task
        engine = context.engine
        self._has_chat = engine.info.has_chat_template
        self._briefs = BriefRenderer(
            context.library, engine.render_chat if self._has_chat else None
        )
        self._passages = PassageWriter(
            engine, context.settings, context.novel.seed, context.watching
        )
        self._told = Brief(
            title=task.title,
            premise=task.premise,
            chapter_number=task.chapter,
            total_chapters=task.total_chapters,
            chapter_title=task.chapter_title,
            chapter_brief=task.chapter_brief,
            beat=self._beat(),
        )

    def brief(self) -> str:
        """What every rewriting is drawn with."""
        return self._briefs.render(self._told)

    def draw(self, around: Surroundings, number: int) -> str:
        """Rewriting `number`, from 1: paragraphs of about the wanted words.

        Raises `DrawingCancelled` when the run is stopped at once, `ModelError` when the model
        writes nothing usable.
        """
        text = ""
        for passage in range(_MAX_PASSAGES):
            wanted = self._wanted(text)
            if wanted is None:
                break
            text += self._passage(around, text, number, passage, wanted)
        if not text.strip():
            raise ModelError(
                f"The model wrote nothing usable for chapter {self._task.chapter}.",
                "Try another instruction, or another model; the chapter is as it was.",
            )
        return text.strip()

    def _passage(
        self, around: Surroundings, text: str, number: int, passage: int, wanted: int
    ) -> str:
        task = self._task
        self._context.watching.on_passage(task.chapter, task.segment, passage)
        place = PassagePlace(
            branch=self._context.branch_name,
            chapter=task.chapter,
            revision=task.revision,
            segment=task.segment,
            passage=number * _MAX_PASSAGES + passage,
        )
        before = f"{around.before}\n\n{text}" if text else around.before
        return self._passages.draw(place, self._material(around, before.strip(), wanted, text)).text

    def _material(
        self, around: Surroundings, before: str, wanted: int, text: str
    ) -> PassageMaterial:
        """The guard sees the text on both sides, so that neither is said again."""
        settings = self._context.settings
        index = RepeatIndex()
        for each in (around.after, before):
            index.add(each)
        names = capitalised_in(f"{before}\n{around.after}")
        watch = Watch(index=index, borrowed_names=self._context.borrowed_names, known_names=names)
        return PassageMaterial(
            context=segment_context(
                self._context.engine,
                around.brief,
                self._told.parts(),
                before,
                wanted_words=wanted,
                starts_paragraph=not text,
                tail_tokens=settings.tail_tokens,
            ),
            wanted=Wanted(wanted, starts_paragraph=not text),
            memory=around.memory,
            watch=watch if settings.uses(WritingPart.GUARD) else None,
            ranker=Ranker(index.recent(NEAR_DISTANCE), names, lambda _: 0.0),
        )

    def _wanted(self, text: str) -> int | None:
        """Words of the next passage; None when there are enough."""
        target = self._task.wanted_words
        step = next_passage([target], target, count_words(text))
        return None if step is None else step.wanted_words

    def _beat(self) -> str:
        task = self._task
        if not self._has_chat:
            return f"{task.beat} {task.instruction}".strip()
        variables = {
            "beat": task.beat,
            "instruction": task.instruction,
            "words": task.wanted_words,
            "after": beginning_of_prose(task.after, _AFTER_WORDS),
        }
        return self._context.library.render("infill_beat", variables)
