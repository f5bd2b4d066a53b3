"""What the model would see for the next passage of a book, and its cost, without loading a model.

It is put together as a run does it, from what is committed: the same brief, the same verbatim tail,
counted by the engine that is given. Nothing is drawn and nothing changes. What a run adds only when
it begins (beats of a chapter that is not planned yet, what the chapter before told where nobody has
read it) is not there, and it says so.
"""

from dataclasses import dataclass

from novelgen.generation.beats import NextPassage, next_passage
from novelgen.generation.book_so_far import ChaptersBefore
from novelgen.generation.chapter_task import ChapterTask, chapter_target
from novelgen.generation.material import ChapterMaterial
from novelgen.generation.memory_chain import branch_chain
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.novel_settings import WritingPart
from novelgen.generation.passage_source import PassageSource
from novelgen.generation.plan_store import card_of
from novelgen.planning.structure import Structure
from novelgen.prompting.brief import Brief
from novelgen.prompting.context import SegmentContext
from novelgen.text.alarms.repeats import RepeatIndex
from novelgen.text.words import count_words
from storage.records import Beat, ChapterRecord, PlanRecord, RevisionState
from storage.unit_of_work import UnitOfWork

_ALL_NOTES = 1_000_000
"""Tokens: room for everything that is known."""
_CHARS_PER_TOKEN = 8
"""At most, of prose: so much of the chapters before can be in the verbatim tail."""


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """The memory that a passage is drawn with."""

    is_on: bool
    slots: int
    """Tokens of the window that it takes, on or off; 0 of an engine without memory."""
    key: str
    """Of the snapshot that it goes on from; empty where that is not known yet."""
    is_stored: bool
    """Whether the snapshot is there; one that is missing is read again from the text."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is known and found no room, or stands too far back."""

    facts: tuple[str, ...]
    promises: tuple[str, ...]
    story_words: int
    """How many words shorter the story so far is told than its summaries are."""
    chapter_words: int
    """Words of the chapter in hand before the verbatim tail."""


@dataclass(frozen=True, slots=True)
class NextContext:
    """What the model sees for the passage that comes next."""

    chapter: int
    chapter_title: str
    beat: int
    """Counted from 1."""
    total_beats: int
    wanted_words: int
    brief_parts: dict[str, str]
    """The texts that the brief is made of, by name; none that is empty."""
    context: SegmentContext
    memory: MemoryUse
    left_out: LeftOut
    window_tokens: int
    """That the model can attend to."""
    remark: str = ""
    """What a run would still add; empty where nothing is."""


@dataclass(frozen=True, slots=True)
class NothingNext:
    """There is no next passage, or what it is made of is not there yet."""

    why: str


def next_context(source: PassageSource) -> NextContext | NothingNext:
    """What the next passage of the source's branch would be written from, as things stand.

    Raises `UsageError` when the brief leaves no room in the model's window.
    """
    with source.store.reading() as work:
        found = _find(work, source)
        if isinstance(found, NothingNext):
            return found
        memory = _memory(work, source, found)
        chars = source.settings.tail_tokens * _CHARS_PER_TOKEN
        before = "\n\n".join(work.texts.tail(source.branch_id, chars, found.number))
        is_read = found.number == 1 or found.number - 1 in work.summaries.of_chapters(
            source.branch_id, through_chapter=found.number - 1
        )
    chapters = ChaptersBefore(before, frozenset(), RepeatIndex())
    material = ChapterMaterial(source, found.task, chapters, found.text)
    brief, context = material.seen(found.step)
    everything = material.brief_with_room(found.step, _ALL_NOTES)
    return NextContext(
        chapter=found.number,
        chapter_title=found.task.card.title,
        beat=found.step.beat + 1,
        total_beats=len(found.task.beats),
        wanted_words=found.step.wanted_words,
        brief_parts={name: text for name, text in brief.parts().items() if text},
        context=context,
        memory=memory,
        left_out=_left_out(brief, everything, found.text, context.tail),
        window_tokens=source.engine.info.context_size,
        remark="" if is_read else _unread(found.number - 1),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The chapter in hand, and the passage that comes next in it."""

    number: int
    task: ChapterTask
    step: NextPassage
    text: str
    """What the chapter has already, as a run goes on from it."""


def _find(work: UnitOfWork, source: PassageSource) -> _Found | NothingNext:
    plan = work.plans.current(source.branch_id)
    if plan is None:
        return NothingNext("There is no plan yet. What a passage is to tell comes from it.")
    chapters = {each.number: each for each in work.chapters.of_branch(source.branch_id)}
    finished = {
        number: each.revision.words
        for number, each in chapters.items()
        if each.revision.state is RevisionState.COMPLETE
    }
    structure = Structure.from_json(plan.structure)
    numbers = range(1, structure.total_chapters + 1)
    number = next((each for each in numbers if each not in finished), None)
    if number is None:
        return NothingNext("The book is written to its end: no passage comes next.")
    record = work.plans.chapter(plan.id, number)
    planned = work.plans.beats(plan.id, number)
    if record is None or planned is None:
        return NothingNext(
            f"The beats of chapter {number} are planned when the chapter is begun; what the model "
            "sees is known from then on."
        )
    task = _task(work, source, plan, structure, number, planned.beats, finished)
    written = chapters.get(number)
    words = 0 if written is None else written.revision.words
    step = next_passage([beat.words for beat in task.beats], task.target_words, words)
    if step is None:
        return NothingNext(f"Chapter {number} has its words: it is closed without another passage.")
    return _Found(number, task, step, _text(work, written))


def _task(
    work: UnitOfWork,
    source: PassageSource,
    plan: PlanRecord,
    structure: Structure,
    number: int,
    beats: tuple[Beat, ...],
    finished: dict[int, int],
) -> ChapterTask:
    novel = work.novels.get(source.novel.id)
    cards = {
        each.number: card_of(each) for each in work.plans.chapters(plan.id, number - 1, number)
    }
    before = cards.get(number - 1)
    return ChapterTask(
        title=novel.title,
        premise=novel.premise,
        card=cards[number],
        beats=beats,
        target_words=chapter_target(structure, number, finished, novel.target_words),
        novel_words=novel.target_words,
        total_chapters=structure.total_chapters,
        earlier="" if before is None else before.brief,
    )


def _text(work: UnitOfWork, chapter: ChapterRecord | None) -> str:
    if chapter is None:
        return ""
    text = work.texts.of_revision(chapter.revision.id)
    if chapter.revision.state is RevisionState.PARTIAL:
        return text.rstrip() + "\n\n"  # what is drawn begins a paragraph of its own
    return text


def _memory(work: UnitOfWork, source: PassageSource, found: _Found) -> MemoryUse:
    info = source.engine.info
    identity = identity_of_engine(info)
    key: str | None = None
    if identity.model_fingerprint:  # without one nothing is known of its keys
        chain = branch_chain(work, source.branch_id, identity, through_chapter=found.number)
        key = chain[-1].end_key if chain else identity.genesis_key
    is_first = key == identity.genesis_key
    is_stored = key is not None and (is_first or key in work.snapshots.summaries([key]))
    return MemoryUse(
        is_on=info.num_mem_tokens > 0 and source.settings.uses(WritingPart.MEMORY),
        slots=info.num_mem_tokens,
        key=key or "",
        is_stored=is_stored,
    )


def _left_out(brief: Brief, everything: Brief, own: str, tail: str) -> LeftOut:
    told = set(brief.facts), set(brief.threads)
    longest = count_words(everything.story_so_far)
    shown = min(len(own.strip()), len(tail.strip()))
    return LeftOut(
        facts=tuple(each for each in everything.facts if each not in told[0]),
        promises=tuple(each for each in everything.threads if each not in told[1]),
        story_words=max(0, longest - count_words(brief.story_so_far)),
        chapter_words=count_words(own.strip()[: len(own.strip()) - shown]),
    )


def _unread(chapter: int) -> str:
    return (
        f"Chapter {chapter} was not read yet: its summary, facts and promises are noted before the "
        "run goes on, and come in addition."
    )
