"""Asks the model about a draft: does it tell its beat, and does the novel's memory foresee it?

Both are differences, so that a dull passage is not preferred for being likely. Only a stretch of
the draft is read, for each reading costs as much as drawing several passages' tokens on a CPU.
"""

from novelgen.engine.protocol import Engine
from novelgen.engine.values import MemoryState
from novelgen.generation.drafts import Draft
from novelgen.text.sentences import end_of_prose

_BEAT_CHARS = 700
"""Of the end of a draft, after which the beat is looked for."""
_MEMORY_CHARS = 450
"""Of the beginning of a draft, where a memory tells most."""
_BEFORE_CHARS = 300
"""Of the prose before it, which both memories see."""
_BEAT_CUE = "\n\nIn this scene: "


class ModelQuestions:
    """The questions about the drafts of one passage."""

    def __init__(
        self,
        engine: Engine,
        memory: MemoryState,
        beat: str,
        prose_before: str,
        *,
        asks_memory: bool,
    ) -> None:
        self._engine = engine
        self._memory = memory
        self._empty = engine.initial_memory()
        self._beat = beat
        self._before = end_of_prose(prose_before, _BEFORE_CHARS)
        self._asks_memory = asks_memory and engine.info.num_mem_tokens > 0
        self._beat_alone: float | None = None

    def ask(self, draft: Draft) -> tuple[float, float | None]:
        """The terms `beat` and `memory` of `novelgen.generation.ranking.Terms`."""
        return self._beat_term(draft.text), self._memory_term(draft.text)

    def _beat_term(self, text: str) -> float:
        if self._beat_alone is None:
            self._beat_alone = self._engine.score(self._empty, _BEAT_CUE, self._beat)
        context = text[-_BEAT_CHARS:].lstrip() + _BEAT_CUE
        return self._beat_alone - self._engine.score(self._empty, context, self._beat)

    def _memory_term(self, text: str) -> float | None:
        if not self._asks_memory or self._memory == self._empty:
            return None
        beginning = text[:_MEMORY_CHARS]
        with_memory = self._engine.score(self._memory, self._before, beginning)
        return self._engine.score(self._empty, self._before, beginning) - with_memory
