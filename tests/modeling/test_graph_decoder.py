"""The decoder with fixed shapes against the growing cache; what is recorded needs a GPU."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from novelgen.engine.randomness import stream_key
from novelgen.engine.values import SamplingParams
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.graph_decoder import GraphDecoder, compile_whole
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.stepping import PlainDecoder
from novelgen.modeling.tokenization import Tokenization
from novelgen.modeling.weight_quantization import quantize_weights
from tests.modeling.tiny_models import FAMILIES, PROSE, LmFactory

KEYS = tuple(stream_key(5, "test", [row]) for row in range(4))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_words_as_with_a_growing_cache(
    family: str, make_lm: LmFactory, tokenizer: Any
) -> None:
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm(family), 4).eval()
    memory = model.initial_memory().detach()
    decoder = GraphDecoder(model)
    for keys, prose, words in (
        (KEYS, PROSE[:90], 9),
        (KEYS, PROSE[30:150], 30),
        (KEYS[:1], "A", 9),
    ):
        job = DecodeJob(
            tokenization.prose_ids(prose), SamplingParams(1.1, 32, 0, 0.9, 60, 0.95, 0.0), keys,
            max_new_tokens=40, max_words=words, stop_strings=("e", "x"),
        )  # fmt: skip
        plain = decode_rows(model, tokenization, memory, job, decoder=PlainDecoder(model))
        fixed = decode_rows(model, tokenization, memory, job, decoder=decoder)
        assert [row.text for row in fixed] == [row.text for row in plain]
        for one, other in zip(fixed, plain, strict=True):
            assert one.mean_logprob == pytest.approx(other.mean_logprob, abs=1e-4)


class CountingCompiler:
    """torch's compiler up to the point where it makes machine code, counting what it made."""

    def __init__(self) -> None:
        self.programs = 0

    def __call__(self, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        return compile_whole(function, backend=self._take)

    def _take(self, program: Any, _inputs: Any) -> Callable[..., Any]:
        self.programs += 1
        forward: Callable[..., Any] = program.forward
        return forward


@pytest.mark.parametrize("family", FAMILIES)
def test_one_compiled_step_serves_every_position(
    family: str, make_lm: LmFactory, tokenizer: Any
) -> None:
    """A step that looks at a count in Python would be compiled anew, or replayed with the old one.

    The tiny windows are full before the last token.
    """
    pytest.importorskip("torchao")
    torch.compiler.reset()
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm(family), 4).eval()
    quantize_weights(model.lm, "int8")
    memory = model.initial_memory().detach()
    job = DecodeJob(tokenization.prose_ids(PROSE[:30]), SamplingParams(temperature=0), KEYS[:2], 20)
    compiler = CountingCompiler()
    decoder = GraphDecoder(model, compiles=True, compiler=compiler)
    plain = decode_rows(model, tokenization, memory, job, decoder=PlainDecoder(model))
    for _ in range(2):
        fixed = decode_rows(model, tokenization, memory, job, decoder=decoder)
        assert [row.text for row in fixed] == [row.text for row in plain]
    assert compiler.programs == 1


def test_more_shapes_than_are_compiled_run_as_they_are(make_lm: LmFactory, tokenizer: Any) -> None:
    torch.compiler.reset()
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm("llama"), 4).eval()
    memory = model.initial_memory().detach()
    compiler = CountingCompiler()
    decoder = GraphDecoder(model, compiles=True, compiler=compiler)
    ids = tokenization.prose_ids(PROSE[:30])
    for rows in range(1, 12):
        keys = [stream_key(5, "test", [row]) for row in range(rows)]
        job = DecodeJob(ids, SamplingParams(), keys, 3)
        found = decode_rows(model, tokenization, memory, job, decoder=decoder)
        expected = decode_rows(model, tokenization, memory, job, decoder=PlainDecoder(model))
        assert [row.text for row in found] == [row.text for row in expected]
    assert 1 < compiler.programs < 11


def test_a_step_that_cannot_be_compiled_runs_as_it_is(make_lm: LmFactory, tokenizer: Any) -> None:
    def refuse(_function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        return compile_whole(_function, backend=fail)

    def fail(_program: Any, _inputs: Any) -> Callable[..., Any]:
        failures.append(True)
        raise OSError("no compiler")

    failures: list[bool] = []
    torch.compiler.reset()
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm("llama"), 4).eval()
    memory = model.initial_memory().detach()
    job = DecodeJob(tokenization.prose_ids(PROSE[:30]), SamplingParams(), KEYS[:2], 12)
    decoder = GraphDecoder(model, compiles=True, compiler=refuse)
    found = decode_rows(model, tokenization, memory, job, decoder=decoder)
    assert failures == [True]
    expected = decode_rows(model, tokenization, memory, job, decoder=GraphDecoder(model))
    assert found == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_recorded_step_draws_the_same_words(make_lm: LmFactory, tokenizer: Any) -> None:
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm("llama").cuda(), 4).eval()
    memory = model.initial_memory().detach()
    job = DecodeJob(tokenization.prose_ids(PROSE[:90]), SamplingParams(), KEYS, 40)
    recorded = GraphDecoder(model)
    one_by_one = GraphDecoder(model, records=False)
    for _ in range(2):
        first = decode_rows(model, tokenization, memory, job, decoder=recorded)
        assert first == decode_rows(model, tokenization, memory, job, decoder=one_by_one)
