"""Asks the model about a draft: does it tell its beat, and does the novel's memory foresee it?

Both are differences, so that a dull passage is not preferred for being likely. Only a stretch of
the draft is read: on a CPU reading takes a good part of the time that drawing takes.
"""

from collections.abc import Sequence

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

    def ask(self, drafts: Sequence[Draft]) -> list[tuple[float, float | None]]:
        """The terms `beat` and `memory` of `novelgen.generation.ranking.Terms` for each draft."""
        beats = [self._beat_term(draft.text) for draft in drafts]
        memories = self._memory_terms([draft.text[:_MEMORY_CHARS] for draft in drafts])
        return list(zip(beats, memories, strict=True))

    def _beat_term(self, text: str) -> float:
        if self._beat_alone is None:
            self._beat_alone = self._score_beat("")
        return self._beat_alone - self._score_beat(text[-_BEAT_CHARS:].lstrip())

    def _score_beat(self, passage: str) -> float:
        (score,) = self._engine.scores(self._empty, "", passage + _BEAT_CUE, [self._beat])
        return score

    def _memory_terms(self, beginnings: Sequence[str]) -> list[float | None]:
        if not self._asks_memory or self._memory == self._empty:
            return [None] * len(beginnings)
        with_memory, without = (
            self._engine.scores(memory, "", self._before, beginnings)
            for memory in (self._memory, self._empty)
        )
        return [empty - full for full, empty in zip(with_memory, without, strict=True)]
