"""What the context inspector shows: the passages of a chapter as they were drawn, then the next."""

from collections.abc import Mapping
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.counting import counting_for, next_seen
from novelgen.errors import NotFoundError
from novelgen.generation.next_context import LeftOut, MemoryUse, NextContext
from novelgen.generation.novel_settings import NovelSettings, WritingPart
from novelgen.manuscript.passages_seen import SeenPassage, passages_seen

_MEMORY_PART = "memory"
_NEW_TEXT_PART = "new text"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a passage, and what it took."""

    words: int
    wanted_words: int
    tokens: int
    attempts: int
    stopped_by: Mapping[str, int]
    """Drafts that the guard ended, by kind."""


@dataclass(frozen=True, slots=True)
class ContextPassage:
    """A passage with all that the model saw. Of one that comes next, `drawn` is None."""

    title: str
    place: str
    brief: str
    brief_parts: Mapping[str, str] | None
    """The texts of the brief by name; known of the next passage alone."""
    tail: str
    tokens: Mapping[str, int]
    """By part, in the order of the window."""
    window_tokens: int
    memory: MemoryUse
    left_out: LeftOut | None = None
    drawn: Drawn | None = None
    remark: str = ""

    @property
    def is_next(self) -> bool:
        return self.drawn is None

    @property
    def total_tokens(self) -> int:
        return sum(self.tokens.values())

    @property
    def read_tokens(self) -> int:
        """Those that the model reads before it draws."""
        return self.total_tokens - self.tokens.get(_NEW_TEXT_PART, 0)


@dataclass(frozen=True, slots=True)
class ContextReading:
    """The passages of a chapter in order, the next one of the book last where there is one."""

    chapter: int
    passages: tuple[ContextPassage, ...]
    notes: tuple[str, ...]
    """Why something is not shown."""
    doubt: str = ""
    """Why numbers of the next passage are estimates; empty where they are the model's own."""


def read_contexts(workbench: Workbench, novel_id: str, chapter: int) -> ContextReading:
    """All of it for one chapter. Raises `UsageError` where a brief leaves no room."""
    seen, notes = _written(workbench, novel_id, chapter)
    coming = next_seen(workbench, novel_id)
    if isinstance(coming.found, NextContext):
        seen = (*seen, _next(coming.found, coming.doubt))
    else:
        notes = (*notes, coming.found.why)
    return ContextReading(chapter, seen, notes, coming.doubt)


def _written(
    workbench: Workbench, novel_id: str, chapter: int
) -> tuple[tuple[ContextPassage, ...], tuple[str, ...]]:
    novel = workbench.find(novel_id).novel
    settings = NovelSettings.from_json(novel.settings)
    window = counting_for(workbench, novel).engine.info.context_size
    with workbench.store.reading() as work:
        try:
            found = passages_seen(work, novel.active_branch_id, chapter)
        except NotFoundError as error:
            return (), (error.message,)
        stored = work.snapshots.summaries([each.memory_key for each in found])
    uses_memory = settings.uses(WritingPart.MEMORY)
    passages = tuple(
        _passage(
            each,
            len(found),
            chapter,
            window,
            is_stored=each.memory_key in stored,
            uses_memory=uses_memory,
        )
        for each in found
    )
    return passages, ()


def _passage(
    seen: SeenPassage,
    count: int,
    chapter: int,
    window: int,
    *,
    is_stored: bool,
    uses_memory: bool,
) -> ContextPassage:
    tokens = {part["name"]: int(part["tokens"]) for part in seen.seen["parts"]}
    slots = tokens.get(_MEMORY_PART, 0)
    is_beginning = seen.segment == 1 and chapter == 1
    drawn = seen.provenance
    return ContextPassage(
        title=f"Passage {seen.number} of {count}",
        place=f"chapter {chapter}, segment {seen.segment}",
        brief=seen.seen["brief"],
        brief_parts=None,
        tail=seen.seen["tail"],
        tokens=tokens,
        window_tokens=window,
        memory=MemoryUse(
            slots > 0 and uses_memory, slots, seen.memory_key, is_stored or is_beginning
        ),
        drawn=Drawn(
            words=int(drawn.get("words", 0)),
            wanted_words=int(drawn.get("wanted_words", 0)),
            tokens=int(drawn.get("tokens_drawn", 0)),
            attempts=int(drawn.get("attempts", 1)),
            stopped_by=dict(drawn.get("stopped_by", {})),
        ),
    )


def _next(found: NextContext, doubt: str) -> ContextPassage:
    title = f" “{found.chapter_title}”" if found.chapter_title else ""
    return ContextPassage(
        title="The next passage",
        place=f"chapter {found.chapter}{title}, beat {found.beat} of {found.total_beats}, "
        f"about {found.wanted_words} words",
        brief=found.context.brief,
        brief_parts=found.brief_parts,
        tail=found.context.tail,
        tokens={part.name: part.tokens for part in found.context.parts},
        window_tokens=found.window_tokens,
        memory=found.memory,
        left_out=found.left_out,
        remark=" ".join(filter(None, (doubt, found.remark))),
    )
