"""Every value crosses to another process as it was."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.engine import messages
from novelgen.engine.memory import pack_memory
from novelgen.engine.values import (
    Candidate,
    DecodeRequest,
    DecodeResult,
    FinishReason,
    SamplingParams,
)
from novelgen.errors import MemoryStateError

texts = st.text(max_size=60)
counts = st.integers(0, 10_000)
memories = st.none() | st.integers(1, 4).map(
    lambda slots: pack_memory(np.full((slots, 8), 0.1 * slots, np.float32), "m" * 64, "a" * 64)
)
requests = st.builds(
    DecodeRequest,
    memory=memories,
    brief=texts,
    tail=texts,
    sampling=st.builds(
        SamplingParams,
        temperature=st.floats(0, 3),
        top_p=st.floats(0.01, 1),
        top_k=counts,
        dry_breakers=st.lists(texts, max_size=3).map(tuple),
        dry_exempt=st.lists(texts, max_size=3).map(tuple),
        xtc_probability=st.floats(0, 1),
    ),
    stream_keys=st.lists(st.binary(min_size=16, max_size=16), max_size=4).map(tuple),
    max_new_tokens=counts,
    min_new_tokens=counts,
    max_words=st.none() | counts,
    stop_strings=st.lists(texts, max_size=3).map(tuple),
)
candidates = st.builds(
    Candidate,
    text=texts,
    num_tokens=counts,
    mean_logprob=st.floats(-20, 0),
    finish_reason=st.sampled_from(FinishReason),
)
results = st.builds(
    DecodeResult,
    candidates=st.lists(candidates, max_size=4).map(tuple),
    prompt_tokens=counts,
    elapsed_seconds=st.floats(0, 100),
)


def over_the_wire(message: Any) -> Any:
    return json.loads(json.dumps(message).encode("ascii"))


@given(requests)
def test_requests(request: DecodeRequest) -> None:
    assert messages.request_from_json(over_the_wire(messages.request_as_json(request))) == request


@given(results)
def test_results(result: DecodeResult) -> None:
    assert messages.result_from_json(over_the_wire(messages.result_as_json(result))) == result


def test_damaged_memories_are_refused() -> None:
    memory = pack_memory(np.zeros((2, 8), np.float32), "m" * 64, "a" * 64)
    packed = messages.memory_as_json(memory)
    with pytest.raises(MemoryStateError):
        messages.memory_from_json(packed[: math.floor(len(packed) / 8) * 4])
