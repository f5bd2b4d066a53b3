"""The words that the memory of a novel makes likelier, chapter by chapter: kept, or computed.

A chapter's memory is the last that is stored of it. Reading what is kept loads no model.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from novelgen.bootstrap.workbench import Workbench
from novelgen.errors import NotFoundError

if TYPE_CHECKING:
    from novelgen.engine.protocol import Engine
    from novelgen.generation.memory_words import MemoryWord
    from storage.records import NovelRecord

Narrate = Callable[[str], None]
OnWords = Callable[[int, "tuple[MemoryWord, ...]"], None]
"""Told the words of a chapter as soon as they are known."""


def chapter_keys(workbench: Workbench, novel_id: str) -> dict[int, str]:
    """The key of the last stored snapshot of each chapter; of those that have one."""
    return {
        link.chapter: link.key
        for link, stored in workbench.snapshots(novel_id)
        if stored is not None
    }


def read_memory_words(
    workbench: Workbench, novel_id: str, chapter: int
) -> "tuple[MemoryWord, ...] | None":
    """The words of a chapter's memory, the likeliest first; None while they are not computed."""
    return read_all_memory_words(workbench, novel_id).get(chapter)


def read_all_memory_words(
    workbench: Workbench, novel_id: str
) -> "dict[int, tuple[MemoryWord, ...]]":
    """The words of each chapter's memory, of those that are computed."""
    from novelgen.generation.memory_words_file import kept_words

    found = {
        chapter: kept_words(workbench.paths.cache, key)
        for chapter, key in chapter_keys(workbench, novel_id).items()
    }
    return {chapter: words for chapter, words in found.items() if words is not None}


def compute_memory_words(
    workbench: Workbench, novel_id: str, chapter: int, narrate: Narrate
) -> "tuple[MemoryWord, ...]":
    """Load the novel's engine, ask it about a chapter's memory, and keep the answer.

    Raises `NotFoundError` where no memory of the chapter is stored, and what loading raises.
    """
    found: dict[int, tuple[MemoryWord, ...]] = {}
    compute_all_memory_words(workbench, novel_id, [chapter], narrate, found.__setitem__)
    return found[chapter]


def compute_all_memory_words(
    workbench: Workbench,
    novel_id: str,
    chapters: Sequence[int],
    narrate: Narrate,
    on_words: OnWords,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """As `compute_memory_words` for several chapters, with one loading."""
    from novelgen.generation.memory_words_file import keep_words
    from novelgen.modeling.pull_progress import ignore_progress

    keys = chapter_keys(workbench, novel_id)
    missing = [chapter for chapter in chapters if chapter not in keys]
    if missing:
        raise NotFoundError(
            f"No memory of chapter {missing[0]} is stored.",
            "It is read again before the next writing, or by `novelgen reread NOVEL`.",
        )
    novel = workbench.find(novel_id).novel
    narrate("Loading the model.")
    # A workbench of its own, so that the engine is let go afterwards; a resident one stays warm.
    with Workbench(workbench.paths, workbench.settings) as asking:
        engine = asking.engines.load(novel, ignore_progress, narrate)
        for number, chapter in enumerate(chapters, 1):
            if should_stop():
                return
            narrate(f"Asking the memory of chapter {chapter}, {number} of {len(chapters)}.")
            words = _asked(workbench, novel, engine, chapter, keys[chapter])
            keep_words(workbench.paths.cache, keys[chapter], words)
            on_words(chapter, words)


def _asked(
    workbench: Workbench, novel: "NovelRecord", engine: "Engine", chapter: int, key: str
) -> "tuple[MemoryWord, ...]":
    from novelgen.generation.memory_head import stored_memory
    from novelgen.generation.memory_words import candidate_words, likelier_words

    branch_id = novel.active_branch_id
    with workbench.store.reading() as work:
        memory = stored_memory(work, key, engine.info).memory
        standing = work.chapters.get(branch_id, chapter)
        text = "" if standing is None else work.texts.of_revision(standing.revision.id)
        names = [entry.name for entry in work.entries.of_branch(branch_id, through_chapter=chapter)]
    return likelier_words(engine, memory, candidate_words(names, text))
