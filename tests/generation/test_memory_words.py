"""Which words a memory makes likelier, and how far two memories are apart."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from novelgen.engine.memory import pack_memory
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import MemoryState
from novelgen.errors import MemoryStateError, UsageError
from novelgen.generation.memory_changes import change_between
from novelgen.generation.memory_words import MemoryWord, candidate_words, likelier_words
from novelgen.generation.memory_words_file import keep_words, kept_words


class _Remembering(ScriptedEngine):
    """A memory that has read something makes `Anna` and, less so, `lantern` likelier."""

    _GAINS = {" Anna": 2.0, " lantern": 0.5, " boat": -1.0}  # noqa: RUF012 - never changed

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        has_read = memory != self.initial_memory()
        return tuple(-5.0 + has_read * self._GAINS.get(text, 0.0) for text in texts)


def test_the_words_that_memory_makes_likelier_come_best_first() -> None:
    engine = _Remembering()
    memory = engine.write(engine.initial_memory(), "Anna lit the lantern.")
    found = likelier_words(engine, memory, ["boat", "lantern", "road", "Anna"])
    assert found == (MemoryWord("Anna", 2.0), MemoryWord("lantern", 0.5))
    assert likelier_words(engine, memory, ["Anna", "road", "lantern"], limit=1) == found[:1]


def test_the_initial_memory_makes_nothing_likelier() -> None:
    engine = _Remembering()
    assert likelier_words(engine, engine.initial_memory(), ["Anna", "lantern"]) == ()


def test_the_answer_is_the_same_every_time() -> None:
    engine = ScriptedEngine()
    memory = engine.write(engine.initial_memory(), "Some text.")
    words = ["oak", "ash", "elm", "yew", "fir"]
    assert likelier_words(engine, memory, words) == likelier_words(engine, memory, words[::-1])


def test_an_engine_without_scores_is_refused() -> None:
    from dataclasses import replace

    engine = ScriptedEngine()
    engine._info = replace(engine.info, can_score=False)
    with pytest.raises(UsageError):
        likelier_words(engine, engine.initial_memory(), ["Anna"])


def test_candidates_are_names_and_what_the_text_speaks_of() -> None:
    text = "Anna held the lantern. The lanterns burned; a harbour, and a lantern by the door."
    words = candidate_words(["Mrs Thea Brandt", "Anna"], text)
    assert words[0] == "Anna"
    assert {"Thea", "Brandt", "lantern", "harbour"} <= set(words)
    assert not {"the", "door", "Mrs"} & set(words)
    assert len(candidate_words([f"Name{i}a" for i in range(90)], text, 9)) == 6 + 3


def test_words_are_kept_under_the_key_of_their_snapshot(tmp_path: Path) -> None:
    words = (MemoryWord("Anna", 2.0), MemoryWord("the “Swan”", 0.25))
    assert kept_words(tmp_path, "ab12") is None
    keep_words(tmp_path, "ab12", words)
    assert kept_words(tmp_path, "ab12") == words
    assert kept_words(tmp_path, "cd34") is None
    (tmp_path / "memory-words" / "ab12.json").write_text("{", encoding="utf-8")
    assert kept_words(tmp_path, "ab12") is None


def test_a_change_of_memory_is_told_slot_by_slot() -> None:
    before = pack_memory(np.array([[3, 4], [1, 0]], dtype=np.float32), "m", "a")
    after = pack_memory(np.array([[3, 4], [0, 0]], dtype=np.float32), "m", "a")
    change = change_between(before, after)
    assert change.slots == (0.0, 1.0)
    assert 0.0 < change.relative < 0.25
    assert change_between(before, before).relative == 0.0


def test_memories_of_two_shapes_are_not_compared() -> None:
    one = pack_memory(np.zeros((2, 2), dtype=np.float32), "m", "a")
    other = pack_memory(np.zeros((3, 2), dtype=np.float32), "m", "a")
    with pytest.raises(MemoryStateError):
        change_between(one, other)
