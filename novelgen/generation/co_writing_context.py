"""What the co-writer's model is told and shown at a place, and what its words are watched with.

The same brief, notes, voice and guard that passages have. What the first word does not need is read
when it is first asked for; what only changes with the chapters before is read once for them.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from novelgen.engine.values import MemoryState, SamplingParams
from novelgen.generation.book_so_far import BookSoFar
from novelgen.generation.co_writing_memory import deepest_memory
from novelgen.generation.passage_brief import NOTED_CHARS, brief_with, memory_for, watch_for
from novelgen.generation.passage_source import PassageSource
from novelgen.generation.planned_place import PlannedPlace, planned_place
from novelgen.prompting.brief import Brief, BriefRenderer
from novelgen.prompting.context import fit_tail
from novelgen.story.known_entries import known_name_words
from novelgen.story.notes import NoteTaker
from novelgen.story.story_view import StoryView, view_before
from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_keeper import voice_of
from novelgen.text.alarms.watch import Watch
from novelgen.text.joins import begins_paragraph
from novelgen.text.names import capitalised_in, names_in
from novelgen.text.sentences import beginning_of_prose, end_of_prose
from novelgen.text.words import count_words
from storage.unit_of_work import UnitOfWork

CPU_TAIL_TOKENS = 256
"""Of the text before, on a processor, where reading it is what a person waits for."""
_CHARS_PER_TOKEN = 6
_AFTER_WORDS = 60
"""Words of the text behind that a chat model is told of."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a model is given: a memory, a brief, and the end of the text before."""

    memory: MemoryState
    memory_upto: str
    brief: str
    tail: str


class CoWritingContext:
    """A place in a chapter, as a passage that is written there needs it."""

    def __init__(
        self,
        source: PassageSource,
        book: "BooksRead",
        chapter: int,
        before: str,
        after: str,
    ) -> None:
        """`before` and `after` are the chapter's text around the place."""
        self._source, self._book = source, book
        self.chapter, self.before, self.after = chapter, before, after
        words = count_words(before)
        with source.store.reading() as work:
            self._view: StoryView = view_before(work, source.branch_id, chapter)
            self._voice = book.voice(work, source, chapter)
            self.place: PlannedPlace = planned_place(
                work, source.novel, source.branch_id, chapter, words, words + count_words(after)
            )
            self._memory = deepest_memory(
                work, source.branch_id, source.engine.info, book.initial, chapter, before
            )
        self._brief = self.place.brief()

    @property
    def sampling(self) -> SamplingParams:
        """As for passages: names are no repetition."""
        sampling = self._source.settings.sampling
        if not sampling.dry_multiplier:
            return sampling
        names = sorted(names_in(self.shown_before))
        return replace(sampling, dry_exempt=(*sampling.dry_exempt, *names))

    @property
    def tail_tokens(self) -> int:
        """Of the text before, that the model is shown."""
        wanted = self._source.settings.tail_tokens
        is_slow = self._source.engine.info.device == "cpu"
        return min(wanted, CPU_TAIL_TOKENS) if is_slow else wanted

    @cached_property
    def shown_before(self) -> str:
        """Enough of the text before, also of earlier chapters; a chat model sees its own alone."""
        chars = self._source.settings.tail_tokens * _CHARS_PER_TOKEN
        own, source = self.before, self._source
        if source.engine.info.has_chat_template or len(own) >= chars:
            return end_of_prose(own, chars)
        with source.store.reading() as work:
            earlier = work.texts.tail(source.branch_id, chars - len(own), self.chapter)
        return end_of_prose("\n\n".join([*earlier, own]), chars)

    def brief(self, *, beat: str | None = None, instruction: str = "") -> Brief:
        """What the model is told, with what is known of the story; `beat` stands for the planned
        one."""
        notes = NoteTaker(self._view, self._source.engine.count_tokens).notes(
            f"{self.place.beat_words} {beat or ''} {instruction}",
            card=self.place.chapter_brief,
            tail=self.before[-NOTED_CHARS:],
            budget_tokens=self._source.settings.notes_tokens,
        )
        brief = brief_with(self.place.brief(), notes, self._voice, self._source)
        if beat is not None:
            brief = replace(brief, beat=beat)
        self._brief = replace(brief, instruction=instruction)
        return self._brief

    def leading_brief(self, instruction: str, words: int) -> Brief:
        """A brief for text that leads up to what stands behind the place: with its beginning, for
        models with a chat template."""
        beat = self.place.brief().beat
        if not self._source.engine.info.has_chat_template:
            return self.brief(beat=f"{beat} {instruction}".strip())
        variables = {
            "beat": beat,
            "instruction": instruction,
            "words": words,
            "after": beginning_of_prose(self.after, _AFTER_WORDS),
        }
        return self.brief(beat=self._source.library.render("infill_beat", variables))

    def told(self, brief: Brief, *, new_tokens: int) -> Told:
        """The prompt for text that goes on from the place. Raises `UsageError` for a brief that
        leaves no room."""
        engine = self._source.engine
        chat = engine.render_chat if engine.info.has_chat_template else None
        rendered = BriefRenderer(self._source.library, chat).render(brief)
        prose = self.shown_before
        starts_paragraph = begins_paragraph(self.before)
        tail = fit_tail(
            rendered,
            prose.rstrip(),
            "\n\n" if starts_paragraph and prose.strip() else "",
            engine,
            tail_tokens=self.tail_tokens,
            new_tokens=new_tokens,
        )
        if not tail and prose.strip():  # one sentence that is longer than that
            tail = prose.rstrip()[-self.tail_tokens * 2 :].partition(" ")[2]
        return self.told_as(rendered, tail)

    def told_as(self, brief: str, tail: str) -> Told:
        """A prompt that is rendered already, with the memory of the place."""
        memory = memory_for(self._source, self._memory.memory)
        upto = self._memory.upto if memory == self._memory.memory else ""
        return Told(memory, upto, brief, tail)

    @cached_property
    def watch(self) -> Watch | None:
        """The guard; it has read the chapters before, and this one around the place."""
        before = self._book.so_far(self._source.branch_id).read_before(self.chapter)
        for text in (self.after, self.before):
            before.index.add(text)
        names = known_name_words(self._view.entries, self.place.all_words)
        names |= before.names | capitalised_in(f"{self.before}\n{self.after}")
        return watch_for(self._source, self._brief, before.index, names, self._voice.banned)


class BooksRead:
    """What of a book stays read from one call to the next."""

    def __init__(self, source: PassageSource) -> None:
        """Asks the engine for its first memory, which may have to wait for others."""
        self.initial = source.engine.initial_memory()
        self._store = source.store
        self._so_far: tuple[str, BookSoFar] | None = None
        self._voice: tuple[object, VoiceSheet] | None = None

    def so_far(self, branch_id: str) -> BookSoFar:
        """The chapters before, of a branch."""
        if self._so_far is None or self._so_far[0] != branch_id:
            self._so_far = branch_id, BookSoFar(self._store, branch_id)
        return self._so_far[1]

    def voice(self, work: UnitOfWork, source: PassageSource, chapter: int) -> VoiceSheet:
        """How the book sounds; measured again when a chapter before has changed."""
        novel, branch_id = source.novel, source.branch_id
        chapters = work.chapters.of_branch(branch_id)
        read = tuple(each.revision.id for each in chapters if each.number < chapter)
        stamp = (branch_id, chapter, read, novel.premise, work.voices.current(branch_id))
        if self._voice is None or self._voice[0] != stamp:
            self._voice = stamp, voice_of(work, novel, branch_id, before_chapter=chapter).sheet
        return self._voice[1]
