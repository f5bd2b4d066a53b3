"""What `bench decode` compares: our engines and Hugging Face `generate`.

Both draw the same number of tokens for the same prompt at the same temperature, nucleus, min-p and
repetition penalty, and none may end early; the ban on repeated n-grams, and a window to the
penalty, are ours alone. A figure is all tokens of the batch over the seconds of the whole call, the
reading of the prompt included; no prompt is kept from call to call.
"""

import copy
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import torch
from torch import nn

from novelgen.engine.protocol import Engine, QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.modeling.causal_lm import unwrap_peft
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.stepping import Decoder
from novelgen.modeling.tokenization import Tokenization

Subject = Callable[[], float]
"""Draws once; returns tokens a second."""


class _Clock(QuietObserver):
    """An observer that knows when the prompt had been read: it is asked before every token."""

    def __init__(self) -> None:
        self.prompt_read = 0.0

    def should_stop(self) -> bool:
        self.prompt_read = self.prompt_read or time.perf_counter()
        return False


class OurDecoder:
    """The product's decode call, memory included."""

    def __init__(self, model: RecurrentLM, tokenization: Tokenization, decoder: Decoder) -> None:
        self._model, self._tokenization, self._decoder = model, tokenization, decoder
        self._calls = 0
        self.last_words_per_token = 0.0

    def seconds(
        self, prompt_ids: list[int], batch: int, new_tokens: int, sampling: SamplingParams
    ) -> tuple[float, float]:
        """Seconds for reading the prompt, and for drawing all tokens after it."""
        self._calls += 1
        keys = [stream_key(self._calls, "bench", [row]) for row in range(batch)]
        job = DecodeJob(prompt_ids, sampling, keys, new_tokens, new_tokens)
        self._decoder.forget()
        memory = self._model.initial_memory().detach()
        clock = _Clock()
        begin = time.perf_counter()
        rows = decode_rows(
            self._model, self._tokenization, memory, job, clock, decoder=self._decoder
        )
        end = time.perf_counter()
        words = sum(len(row.text.split()) for row in rows)
        self.last_words_per_token = words / sum(row.num_tokens for row in rows)
        return clock.prompt_read - begin, end - clock.prompt_read

    def subject(
        self, prompt_ids: list[int], batch: int, new_tokens: int, sampling: SamplingParams
    ) -> Subject:
        return lambda: (
            batch * new_tokens / sum(self.seconds(prompt_ids, batch, new_tokens, sampling))
        )


def engine_subject(
    engine: Engine, prompt: str, batch: int, new_tokens: int, sampling: SamplingParams
) -> Subject:
    """A loaded engine as novels call it, its memory included."""
    calls = count()

    def draw() -> float:
        number = next(calls)
        keys = tuple(stream_key(number, "bench", [row]) for row in range(batch))
        # Another beginning, so that no prompt that is kept counts as read.
        request = DecodeRequest(
            memory=engine.initial_memory(),
            brief="",
            tail=f"{number}. {prompt}",
            sampling=sampling,
            stream_keys=keys,
            max_new_tokens=new_tokens,
            min_new_tokens=new_tokens,
        )
        begin = time.perf_counter()
        drawn = sum(row.num_tokens for row in engine.decode(request).candidates)
        return drawn / (time.perf_counter() - begin)

    return draw


def generate_subject(
    lm: nn.Module,
    dtype: torch.dtype,
    prompt_ids: list[int],
    batch: int,
    new_tokens: int,
    sampling: SamplingParams,
) -> Subject:
    """Hugging Face `generate` on the same merged weights, in a dtype of its own."""
    inner: Any = unwrap_peft(lm)
    same = next(inner.parameters()).dtype == dtype
    model: Any = inner if same else copy.deepcopy(inner).to(dtype)
    ids = torch.tensor([prompt_ids] * batch, device=next(model.parameters()).device)
    settings: dict[str, Any] = {
        "max_new_tokens": new_tokens,
        "min_new_tokens": new_tokens,
        "do_sample": sampling.temperature > 0,
        "repetition_penalty": sampling.repetition_penalty,
        "pad_token_id": 0,
    }
    if sampling.temperature > 0:
        settings |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
        settings |= {"top_k": sampling.top_k, "min_p": sampling.min_p or None}

    def draw() -> float:
        begin = time.perf_counter()
        with torch.inference_mode():
            found = model.generate(ids, attention_mask=torch.ones_like(ids), **settings)
        elapsed = time.perf_counter() - begin
        return float(batch * (found.shape[1] - len(prompt_ids)) / elapsed)

    return draw
