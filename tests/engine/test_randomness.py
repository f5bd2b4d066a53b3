"""Streams are named, not drawn: every number can be had on its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from novelgen.engine.randomness import stream_key, uniforms

KEY = stream_key(42, "prose", ["main", 1, 1, 0, 0, 0, 0])


@given(st.integers(min_value=0, max_value=5000), st.integers(min_value=0, max_value=64))
def test_any_position_can_be_had_alone(start: int, count: int) -> None:
    whole = uniforms(KEY, 0, start + count)
    assert np.array_equal(uniforms(KEY, start, count), whole[start:])


def test_numbers_are_the_same_everywhere() -> None:
    assert KEY.hex() == "68756f2f151d8c692a4ad043723a95d8"
    assert uniforms(bytes(range(16)), 0, 6).tolist() == [
        0.7761366048984066,
        0.9612052412461628,
        0.2659304485021189,
        0.6668994909624288,
        0.06897205028453235,
        0.9340086387629192,
    ]


def test_numbers_are_uniform_and_streams_differ() -> None:
    numbers = uniforms(KEY, 0, 20_000)
    assert abs(numbers.mean() - 0.5) < 0.01
    assert abs(numbers.var() - 1 / 12) < 0.002
    other = uniforms(stream_key(42, "prose", ["main", 1, 1, 0, 0, 1, 0]), 0, 20_000)
    assert abs(np.corrcoef(numbers, other)[0, 1]) < 0.03


def test_lanes_have_nothing_in_common() -> None:
    first, second = uniforms(KEY, 0, 20_000), uniforms(KEY, 0, 20_000, lane=1)
    assert not set(first.tolist()) & set(second.tolist())
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03
    assert np.array_equal(uniforms(KEY, 4_997, 9, lane=1), second[4_997:5_006])


def test_names_do_not_run_together() -> None:
    keys = {
        stream_key(1, "plan", [1, 1]),
        stream_key(1, "plan", [11]),
        stream_key(1, "plan", ["1", 1]),
        stream_key(11, "plan", [1]),
    }
    assert len(keys) == 4
