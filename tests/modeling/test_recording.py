"""What a GPU alone can show: steps recorded as CUDA graphs draw what unrecorded steps draw."""

from typing import Any

import pytest
import torch

from novelgen.engine.randomness import stream_key
from novelgen.engine.values import SamplingParams
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.graph_decoder import GraphDecoder
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.tokenization import Tokenization
from tests.modeling.tiny_models import FAMILIES, PROSE, LmFactory

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
KEYS = tuple(stream_key(5, "test", [row]) for row in range(4))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_words_recorded_and_not(family: str, make_lm: LmFactory, tokenizer: Any) -> None:
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm(family), 4).eval().to("cuda")
    memory = model.initial_memory().detach()
    recording, stepping = GraphDecoder(model), GraphDecoder(model, records=False)
    for keys, prose in ((KEYS, PROSE[:90]), (KEYS, PROSE[30:150]), (KEYS[:1], "A")):
        job = DecodeJob(
            tokenization.prose_ids(prose), SamplingParams(1.1, 32, 0, 0.9, 60, 0.95, 0.0), keys,
            max_new_tokens=40, max_words=30, stop_strings=("e", "x"),
        )  # fmt: skip
        recorded = decode_rows(model, tokenization, memory, job, decoder=recording)
        stepped = decode_rows(model, tokenization, memory, job, decoder=stepping)
        assert [row.text for row in recorded] == [row.text for row in stepped]
    graphs = [shape.graph for shape in recording._kept.values()]
    assert any(graph is not None for graph in graphs), "nothing was recorded"
    assert all(shape.graph is None for shape in stepping._kept.values())
