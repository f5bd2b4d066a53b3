"""The co-writer: goes on from a cursor, and rewrites a selection, over text that is not saved.

It needs no run and no lock, writes nothing to the database, and works while a run writes the same
novel through the same engine: each waits for its turn. The same text, place and attempt bring the
same words, as long as the memory that is stored stays the same.
"""

import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager

from novelgen.engine.protocol import Engine
from novelgen.engine.values import EngineInfo
from novelgen.generation.co_writing_context import BooksRead, CoWritingContext
from novelgen.generation.co_writing_ghost import GhostWriter
from novelgen.generation.co_writing_rewriting import MOST_WORDS, Rewriter, wanted_words
from novelgen.generation.co_writing_rows import Listener
from novelgen.generation.co_writing_values import (
    Continuation,
    Cursor,
    Instruction,
    IsWanted,
    OnText,
    OnWait,
    Rewritten,
    Selection,
    WordRange,
    require_words,
)
from novelgen.generation.passage import DrawingCancelled
from novelgen.generation.passage_locks import require_no_lock_at
from novelgen.generation.passage_source import LookedAt
from novelgen.prompting.brief import Brief
from novelgen.prompting.library import PromptLibrary
from storage.store import Store

_SECONDS_BETWEEN_QUESTIONS = 0.05


class CoWriter:
    """Writes with a person in one novel. Calls from several threads take their turns."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        library: PromptLibrary,
        novel_id: str,
        borrowed_names: Set[str] = frozenset(),
    ) -> None:
        self._store, self._engine, self._library = store, engine, library
        self._novel_id, self._borrowed_names = novel_id, borrowed_names
        self._calls = threading.Lock()
        self._books = BooksRead(self._source())

    @property
    def info(self) -> EngineInfo:
        """What its model is; see `can_follow` and `why_not`."""
        return self._engine.info

    def continue_at(
        self,
        cursor: Cursor,
        *,
        next_line: str = "",
        words: WordRange | None = None,
        attempt: int = 0,
        on_text: OnText | None = None,
        is_wanted: IsWanted | None = None,
        on_wait: OnWait | None = None,
    ) -> Continuation:
        """Ghost text at a cursor. `next_line` is what happens next, in the person's words.

        Another `attempt` brings other words. `on_text` and `on_wait` are called on this thread.
        Raises `DrawingCancelled` once `is_wanted` says no, `UsageError` inside a locked passage,
        `ModelError` when the model writes nothing usable.
        """
        listener = Listener(on_text, is_wanted, on_wait)
        with self._turn(listener):
            source = self._source()
            place = len(cursor.before)
            self._require_unlocked(source, cursor.chapter, cursor.before + cursor.after, place)
            context = CoWritingContext(
                source, self._books, cursor.chapter, cursor.before, cursor.after
            )
            wanted = words or WordRange()
            brief = self._ghost_brief(context, next_line.strip(), wanted)
            writer = GhostWriter(self._engine, context, wanted, source.novel.seed)
            return writer.draw(brief, attempt, listener)

    def rewrite(
        self,
        selection: Selection,
        instruction: Instruction,
        *,
        attempt: int = 0,
        on_text: OnText | None = None,
        is_wanted: IsWanted | None = None,
        on_wait: OnWait | None = None,
    ) -> Rewritten:
        """What is to stand in the place of a selection; nothing else changes.

        Raises what `continue_at` raises; `UsageError` also for a selection that touches a locked
        passage, before anything is drawn, or that is too long.
        """
        require_words(selection.passage, wanted_words(selection.passage, instruction), MOST_WORDS)
        listener = Listener(on_text, is_wanted, on_wait)
        with self._turn(listener):
            source = self._source()
            text = selection.before + selection.passage + selection.after
            start, end = len(selection.before), len(selection.before) + len(selection.passage)
            self._require_unlocked(source, selection.chapter, text, start, end)
            rewriter = Rewriter(source, self._books, selection, instruction)
            rewritten = rewriter.draw(attempt, listener)
            # Somebody may have locked it while it was drawn.
            self._require_unlocked(source, selection.chapter, text, start, end)
            return rewritten

    def _source(self) -> LookedAt:
        """The novel as it is now."""
        with self._store.reading() as work:
            novel = work.novels.get(self._novel_id)
        return LookedAt(self._store, self._engine, self._library, novel, self._borrowed_names)

    @contextmanager
    def _turn(self, listener: Listener) -> Iterator[None]:
        """One call at a time: a connection to an engine takes no more."""
        while not self._calls.acquire(timeout=_SECONDS_BETWEEN_QUESTIONS):
            listener.require_wanted()
        try:
            yield
        finally:
            self._calls.release()

    def _require_unlocked(
        self, source: LookedAt, chapter: int, text: str, start: int, end: int | None = None
    ) -> None:
        with self._store.reading() as work:
            require_no_lock_at(
                work, source.branch_id, chapter, text, start, start if end is None else end
            )

    def _ghost_brief(self, context: CoWritingContext, next_line: str, words: WordRange) -> Brief:
        """A model without a chat template takes what happens next for what is planned here."""
        if not self.info.has_chat_template:
            return context.brief(beat=next_line or None)
        told = f"What happens next: {next_line}" if next_line else ""
        if not context.after.strip():
            return context.brief(instruction=told)
        return context.leading_brief(told, words.most)


__all__ = ["CoWriter", "DrawingCancelled"]
