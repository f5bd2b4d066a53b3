"""A prompt is read once for all rows and all attempts, and never mistaken for another."""

from functools import partial
from typing import Any

import pytest

from novelgen.engine.randomness import stream_key
from novelgen.engine.values import SamplingParams
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.fused.decoder import FusedDecoder
from novelgen.modeling.fused.packing import WeightFormat
from novelgen.modeling.graph_decoder import GraphDecoder
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.scoring import mean_logprobs
from novelgen.modeling.stepping import PlainDecoder
from novelgen.modeling.tokenization import Tokenization
from tests.modeling.tiny_models import FAMILIES, PROSE, LmFactory

KEYS = tuple(stream_key(5, "test", [row]) for row in range(3))
FUSED = partial(FusedDecoder, weight_format=WeightFormat.INT8, num_threads=1)


@pytest.mark.parametrize(
    ("family", "kind"),
    [("llama", FUSED), *((family, PlainDecoder) for family in FAMILIES), ("gemma3", GraphDecoder)],
)
def test_an_equal_prompt_is_read_once(
    family: str,
    kind: Any,
    make_lm: LmFactory,
    tokenizer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm(family), 4).eval()
    lengths: list[int] = []
    forward = model.lm.forward

    def counted(**given: Any) -> Any:
        lengths.append(given["inputs_embeds"].shape[:2])
        return forward(**given)

    monkeypatch.setattr(model.lm, "forward", counted)
    memory = model.initial_memory().detach()
    job = DecodeJob(tokenization.prose_ids(PROSE[:90]), SamplingParams(), KEYS, 12, 12)
    prompt = (1, len(job.prompt_ids) + 4)

    def draw(decoder: Any, given: Any = memory) -> Any:
        return decode_rows(model, tokenization, given, job, decoder=decoder)

    decoder = kind(model)
    first = draw(decoder)
    assert draw(decoder) == first == draw(kind(model))
    assert lengths.count(prompt) == 2  # of two decoders, each read it once
    draw(decoder, memory + 1e-3)
    assert lengths.count(prompt) == 3
    assert draw(decoder) == first
    decoder.forget()
    assert draw(decoder) == first
    assert lengths.count(prompt) == 5


@pytest.mark.parametrize(("family", "kind"), [("llama", FUSED), ("gemma3", PlainDecoder)])
def test_scores_read_a_prompt_once_and_leave_the_last_one_kept(
    family: str,
    kind: Any,
    make_lm: LmFactory,
    tokenizer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokenization = Tokenization(tokenizer)
    model = add_memory(make_lm(family), 4).eval()
    lengths: list[int] = []
    forward = model.lm.forward

    def counted(**given: Any) -> Any:
        lengths.append(given["inputs_embeds"].shape[1])
        return forward(**given)

    monkeypatch.setattr(model.lm, "forward", counted)
    memory = model.initial_memory().detach()
    ids = tokenization.prose_ids(PROSE[:90])
    texts = [tokenization.prose_ids(PROSE[start : start + 40]) for start in (0, 50, 90)]
    steps = [len(text) - 1 for text in texts]

    def score(decoder: Any, prompt_ids: Any = ids) -> tuple[float, ...]:
        lengths.clear()
        return mean_logprobs(model, decoder, memory, prompt_ids, texts)

    decoder = kind(model)
    unread = score(decoder)
    assert lengths == [len(ids) + 4, *steps]
    job = DecodeJob(ids, SamplingParams(), KEYS, 2, 2)
    drawn = decode_rows(model, tokenization, memory, job, decoder=decoder)
    assert score(decoder) == unread
    assert lengths == steps  # drawing had read the prompt
    assert score(decoder, ids[:9]) != unread
    assert lengths == [13, *steps]
    lengths.clear()
    assert decode_rows(model, tokenization, memory, job, decoder=decoder) == drawn
    assert len(ids) + 4 not in lengths
