"""What the passages of one chapter are written from: brief, context, the book before, known names.

All of it is a function of what is committed and of the text drawn since, so that a run that was
killed goes on from the same material.
"""

from dataclasses import dataclass

from novelgen.engine.values import MemoryState
from novelgen.generation.beats import NextPassage
from novelgen.generation.book_so_far import ChaptersBefore
from novelgen.generation.chapter_review import review_chapter
from novelgen.generation.chapter_task import ChapterTask
from novelgen.generation.drafts import Wanted
from novelgen.generation.passage_brief import (
    NOTED_CHARS,
    RECENT_CHARS,
    brief_with,
    memory_for,
    ranker_for,
    watch_for,
)
from novelgen.generation.passage_source import PassageSource
from novelgen.generation.ranking import Ranker
from novelgen.planning.skeleton import short_name
from novelgen.prompting.brief import Brief, BriefRenderer
from novelgen.prompting.context import SegmentContext, segment_context
from novelgen.story.known_entries import known_name_words
from novelgen.story.notes import NoteTaker
from novelgen.story.story_view import view_before
from novelgen.story.voice_keeper import voice_of
from novelgen.text.alarms.prose_words import placed_words
from novelgen.text.alarms.watch import Watch
from novelgen.text.names import capitalised_in, names_in
from novelgen.text.sentences import end_of_prose
from novelgen.text.words import count_words
from storage.story_records import NewFinding

_CHARS_PER_TOKEN = 6
_LEAST_TOLERANCE = 8
_LONG_PARAGRAPH = 250
"""Words after which what follows begins a paragraph of its own."""


@dataclass(frozen=True, slots=True)
class PassageMaterial:
    """What one passage is written from."""

    context: SegmentContext
    wanted: Wanted
    memory: MemoryState
    watch: Watch | None
    """None where the guard is off."""
    ranker: Ranker
    names: frozenset[str] = frozenset()
    """Of people and places near here, as they are written."""


@dataclass(frozen=True, slots=True)
class _Closed:
    """How much of a chapter is in paragraphs that nothing is added to; words are the index's."""

    chars: int
    words: int


class ChapterMaterial:
    """The material of one chapter while it grows."""

    def __init__(
        self, context: PassageSource, task: ChapterTask, before: ChaptersBefore, own: str
    ) -> None:
        """`own` is the text that the chapter has already."""
        self._context = context
        self._task = task
        engine, settings = context.engine, context.settings
        self._settings = settings
        chat = engine.render_chat if engine.info.has_chat_template else None
        self._briefs = BriefRenderer(context.library, chat)
        self._before = before
        self._length_before = len(before.index)
        with context.store.reading() as work:
            novel = work.novels.get(context.novel.id)
            number = task.card.number
            self._voice = voice_of(work, novel, context.branch_id, before_chapter=number).sheet
            view = view_before(work, context.branch_id, task.card.number)
        self._notes = NoteTaker(view, engine.count_tokens)
        self._text = ""
        self._index = before.index
        self._known = known_name_words(view.entries, task.all_words) | before.names
        self._names = set(self._known)
        self._closed = _Closed(0, len(before.index))
        self.add(own)

    @property
    def text(self) -> str:
        """The chapter so far, with the white space at its end."""
        return self._text

    def add(self, text: str) -> None:
        """A passage was chosen and stands behind the rest."""
        self._text += text
        self._index.rewind(self._closed.words)
        self._index.add(self._text[self._closed.chars :])
        self._names |= capitalised_in(text)
        self._close_paragraphs()

    def _close_paragraphs(self) -> None:
        """Paragraphs that nothing is added to stay in the index; the last one is read again as it
        grows, so that what the index holds depends on the text and not on how it came."""
        end = self._text.rfind("\n\n") + len("\n\n")
        if end > self._closed.chars + 1:
            closed = self._text[self._closed.chars : end]
            self._closed = _Closed(end, self._closed.words + len(placed_words(closed)))

    def review(self, revision_id: str) -> list[NewFinding]:
        """What is odd in the chapter as it stands; call it when nothing more is added."""
        self._index.rewind(self._length_before)
        return review_chapter(
            self._context.branch_id,
            self._task.card.number,
            revision_id,
            self._text.rstrip(),
            self._before,
            self._voice,
            borrowed_names=self._context.borrowed_names,
            known_names=frozenset(map(str.casefold, self._known)),
            told=self._task.all_words,
        )

    def for_passage(self, step: NextPassage, memory: MemoryState) -> PassageMaterial:
        """The material of the passage that comes next."""
        prose = self._prose_before()
        brief = self._brief(step, prose, self._settings.notes_tokens)
        wanted = self._wanted(step)
        memory = memory_for(self._context, memory)
        watch = watch_for(self._context, brief, self._index, self._names, self._voice.banned)
        ranker = self._ranker(brief, memory, prose)
        context = self._seen(brief, prose, wanted)
        return PassageMaterial(context, wanted, memory, watch, ranker, names_in(prose))

    def seen(self, step: NextPassage) -> tuple[Brief, SegmentContext]:
        """What the model would be told and shown for a passage; nothing is made ready to draw.

        Raises `UsageError` when the brief alone leaves no room.
        """
        prose = self._prose_before()
        brief = self._brief(step, prose, self._settings.notes_tokens)
        return brief, self._seen(brief, prose, self._wanted(step))

    def brief_with_room(self, step: NextPassage, notes_tokens: int) -> Brief:
        """The brief of a passage if so many tokens were left for what is known of the story."""
        return self._brief(step, self._prose_before(), notes_tokens)

    def _seen(self, brief: Brief, prose: str, wanted: Wanted) -> SegmentContext:
        return segment_context(
            self._context.engine,
            self._briefs.render(brief),
            brief.parts(),
            prose,
            wanted_words=wanted.words,
            starts_paragraph=wanted.is_paragraph,
            tail_tokens=self._settings.tail_tokens,
        )

    def _wanted(self, step: NextPassage) -> Wanted:
        starts_paragraph = self._text.endswith("\n\n") or not self._text
        paragraph = self._text.rsplit("\n\n", 1)[-1]
        return Wanted(
            words=step.wanted_words,
            starts_paragraph=starts_paragraph,
            breaks_paragraph=not starts_paragraph and count_words(paragraph) > _LONG_PARAGRAPH,
            opens_chapter=not self._text,
            tolerance=self._tolerance() if step.ends_chapter else None,
        )

    def _ranker(self, brief: Brief, memory: MemoryState, prose: str) -> Ranker:
        return ranker_for(
            self._context,
            beat=brief.beat,
            memory=memory,
            prose_before=prose,
            recent=self._recent_text(),
            index=self._index,
            names=self._names,
            voice=self._voice,
        )

    def _brief(self, step: NextPassage, prose: str, notes_tokens: int) -> Brief:
        card, task = self._task.card, self._task
        beat = task.beats[step.beat]
        is_last_beat = step.beat == len(task.beats) - 1
        told = " ".join([beat.brief, *beat.characters, beat.place])
        notes = self._notes.notes(
            told,
            card=card.brief,
            tail=prose[-NOTED_CHARS:],
            budget_tokens=notes_tokens,
        )
        brief = Brief(
            title=task.title,
            premise=task.premise,
            chapter_number=card.number,
            total_chapters=task.total_chapters,
            chapter_title=card.title,
            chapter_brief=card.brief,
            beat=beat.brief,
            earlier=task.earlier,
            is_closing=card.number == task.total_chapters and is_last_beat,
            ends_chapter=is_last_beat,
            instruction=task.instruction,
            characters=tuple(map(short_name, beat.characters)),
            place=beat.place,
        )
        return brief_with(brief, notes, self._voice, self._context)

    def _tolerance(self) -> int:
        """Words that the end of the chapter may be off. What a chapter misses, later ones make up
        for; the last one has nobody after it."""
        allowed = 0.03 * self._task.target_words
        if self._task.card.number == self._task.total_chapters:
            allowed = min(allowed, max(25, 0.01 * self._task.novel_words) * 0.4)
        return max(_LEAST_TOLERANCE, round(allowed))

    def _prose_before(self) -> str:
        """Enough of the end of the manuscript to fill the verbatim tail.

        A chat model sees its own chapter only: it is asked for a chapter, and an answer that
        begins with the end of another one reads to it as finished.
        """
        chars = self._settings.tail_tokens * _CHARS_PER_TOKEN
        if self._context.engine.info.has_chat_template or len(self._text) >= chars:
            return end_of_prose(self._text, chars).strip()
        before = self._before.text[-chars:]
        return end_of_prose(f"{before}\n\n{self._text}", chars).strip()

    def _recent_text(self) -> str:
        return (self._before.text[-RECENT_CHARS:] + "\n\n" + self._text)[-RECENT_CHARS:]
