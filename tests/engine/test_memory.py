"""Memory states as bytes: exact, checked, readable refusals."""

from dataclasses import replace

import numpy as np
import pytest

from novelgen.engine.memory import memory_values, pack_memory, parse_memory, require_fit
from novelgen.engine.scripted import ScriptedEngine
from novelgen.errors import MemoryStateError


@pytest.mark.parametrize("shape", [(16, 576), (0, 576), (4, 8)])
def test_bytes_round_trip_exactly(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    state = pack_memory(values, "model", "adapter")
    again = parse_memory(state.data)
    assert again == state
    assert memory_values(again).tobytes() == values.tobytes()
    assert pack_memory(values, "model", "adapter").data == state.data


@pytest.mark.parametrize("damage", ["truncate", "flip_header", "not_a_file", "empty"])
def test_damaged_bytes_are_refused_readably(damage: str) -> None:
    data = pack_memory(np.ones((2, 3), np.float32), "model", "adapter").data
    damaged = {
        "truncate": data[:-5],
        "flip_header": data[:9] + b"\xff" + data[10:],
        "not_a_file": b"hello, this is no safetensors file",
        "empty": b"",
    }[damage]
    with pytest.raises(MemoryStateError, match="damaged") as caught:
        parse_memory(damaged)
    assert "novelgen verify" in caught.value.remedy


def test_values_that_are_not_finite_are_refused() -> None:
    with pytest.raises(MemoryStateError, match="infinite or undefined"):
        pack_memory(np.full((2, 2), np.nan, np.float32), "m", "a")
    with pytest.raises(MemoryStateError, match="float32 matrix"):
        pack_memory(np.ones((2, 2)), "m", "a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("model_fingerprint", "other", "another model"),
        ("adapter_fingerprint", "other", "another adapter"),
        ("num_mem_tokens", 5, "shape"),
    ],
)
def test_a_memory_of_another_engine_is_refused(field: str, value: object, words: str) -> None:
    engine = ScriptedEngine()
    require_fit(engine.initial_memory(), engine.info)
    with pytest.raises(MemoryStateError, match=words):
        require_fit(engine.initial_memory(), replace(engine.info, **{field: value}))
