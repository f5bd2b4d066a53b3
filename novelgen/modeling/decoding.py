"""The decode loop: one prefill, then one token a step for every row that still grows.

    [memory m | prompt P]  ->  cache of one row  ->  n rows  ->  n tokens a step

Guarantees: the same tokens as a pass without a cache would choose; a row's draws depend on its own
stream and position, never on which other rows are left, nor on what a decoder keeps of earlier
calls. The loop is ours because `generate(inputs_embeds=...)` returns wrong text with a reused
cache. Knows token ids and rows; what the prompt says is not its business.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from novelgen.engine.growing_text import GrowingText
from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.randomness import uniforms
from novelgen.engine.sampling_settings import validate_sampling
from novelgen.engine.values import Candidate, FinishReason, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.choosing import ChoiceRules, Chooser
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.stepping import Beginner, Decoder, PlainDecoder, Stepper
from novelgen.modeling.token_marks import mark_tokens, mask_of
from novelgen.modeling.tokenization import Tokenization, stream_decoder

# Tokens before the new text that its first characters are decoded with.
_DECODED_CONTEXT = 8
_XTC_LANE = 1


@dataclass(frozen=True, slots=True)
class DecodeJob:
    """What to write on from, and how. One row for every key in `stream_keys`."""

    prompt_ids: Sequence[int]
    sampling: SamplingParams
    stream_keys: Sequence[bytes]
    max_new_tokens: int
    min_new_tokens: int = 0
    max_words: int | None = None
    stop_strings: Sequence[str] = ()


class Limits(Protocol):
    """What a model can take."""

    @property
    def num_mem_tokens(self) -> int: ...

    @property
    def context_size(self) -> int: ...


def decode_rows(
    model: RecurrentLM,
    tokenization: Tokenization,
    memory: Tensor,
    job: DecodeJob,
    observer: DecodeObserver | None = None,
    decoder: Decoder | None = None,
) -> tuple[Candidate, ...]:
    """As `draw_rows`; without a `decoder`, the model's own forward is used."""
    return draw_rows(model, tokenization, memory, job, observer, decoder or PlainDecoder(model))


def draw_rows(
    limits: Limits,
    tokenization: Tokenization,
    memory: Tensor,
    job: DecodeJob,
    observer: DecodeObserver | None,
    decoder: Beginner,
) -> tuple[Candidate, ...]:
    """Draw one text per stream key after `[memory][prompt]`.

    `memory` is `(1, num_mem_tokens, hidden)`. Raises `UsageError` for settings out of range and
    for a prompt that leaves no room in the context, `ModelError` when the model's numbers break.
    """
    _require_valid(limits, job)
    rows = [_Row(number, tokenization, job) for number in range(len(job.stream_keys))]
    if not rows:
        return ()
    with torch.inference_mode():
        stepper = decoder.begin(memory, job.prompt_ids, len(rows), job.max_new_tokens)
        rules = _choice_rules(tokenization, job, stepper.logits.shape[-1])
        chooser = decoder.chooser(rules)
        _Loop(stepper, chooser, job.max_new_tokens, list(rows)).run(observer)
    return tuple(row.candidate() for row in rows)


class _Row:
    """One candidate while it grows."""

    def __init__(self, number: int, tokenization: Tokenization, job: DecodeJob) -> None:
        self.number = number
        self.growing = GrowingText(job.stop_strings, job.max_words)
        self._end_ids = tokenization.end_ids
        self._decoder = stream_decoder(tokenization, job.prompt_ids[-_DECODED_CONTEXT:])
        self._num_tokens = 0
        self._logprob_sum = 0.0

    @property
    def is_growing(self) -> bool:
        return self.growing.finish_reason is None

    def accept(self, token_id: int, logprob: float) -> str:
        """Take the next token; returns the text to show."""
        if token_id in self._end_ids:
            return self.finish(FinishReason.STOP_TOKEN)
        self._num_tokens += 1
        self._logprob_sum += logprob
        return self.growing.add(self._decoder.push(token_id))

    def finish(self, reason: FinishReason) -> str:
        """End the row; returns the text that was held back."""
        shown = self.growing.add(self._decoder.finish())
        return shown + self.growing.finish(reason) if self.is_growing else shown

    def candidate(self) -> Candidate:
        return Candidate(
            text=self.growing.text,
            num_tokens=self._num_tokens,
            mean_logprob=self._logprob_sum / max(1, self._num_tokens),
            finish_reason=self.growing.finish_reason or FinishReason.LENGTH,
        )


class _Loop:
    """One decode call. Rows of the stepper and the chooser are `self._growing`, in order."""

    def __init__(
        self, stepper: Stepper, chooser: Chooser, max_new_tokens: int, rows: list[_Row]
    ) -> None:
        self._stepper, self._chooser = stepper, chooser
        self._max_new_tokens, self._growing = max_new_tokens, rows

    def run(self, observer: DecodeObserver | None) -> None:
        for position in range(self._max_new_tokens):
            if observer is not None and observer.should_stop():
                return self._finish_all(FinishReason.CANCELLED, observer)
            choice = self._chooser.choose(self._stepper.logits, position)
            is_last = position + 1 == self._max_new_tokens
            # A device works on the next step while this one's tokens are read and shown; what it
            # computes for rows that end is thrown away.
            goes_ahead = self._stepper.runs_ahead and not is_last
            if goes_ahead:
                self._stepper.step(choice.tokens)
            tokens, logprobs = choice.read()
            self._show(tokens, logprobs, observer)
            self._reject(observer)
            tokens = self._drop_finished(tokens)
            if not self._growing:
                return None
            if not is_last and not goes_ahead:
                self._stepper.step(tokens)
        return self._finish_all(FinishReason.LENGTH, observer)

    def _show(
        self, tokens: list[int], logprobs: list[float], observer: DecodeObserver | None
    ) -> None:
        if any(map(math.isnan, logprobs)):
            raise ModelError(
                "The model put out undefined numbers (NaN).", "Use dtype float32 or bfloat16."
            )
        for row, token_id, logprob in zip(self._growing, tokens, logprobs, strict=True):
            _notify(observer, row, row.accept(token_id, logprob))

    def _reject(self, observer: DecodeObserver | None) -> None:
        rejected = observer.rejected_rows() if observer is not None else ()
        for row in self._growing:
            if row.is_growing and row.number in rejected:
                _notify(observer, row, row.finish(FinishReason.REJECTED))

    def _drop_finished(self, tokens: list[int]) -> list[int]:
        kept = [index for index, row in enumerate(self._growing) if row.is_growing]
        if len(kept) == len(self._growing):
            return tokens
        self._growing = [self._growing[index] for index in kept]
        if kept:
            self._stepper.keep(kept)
            self._chooser.keep(kept)
        return [tokens[index] for index in kept]

    def _finish_all(self, reason: FinishReason, observer: DecodeObserver | None) -> None:
        for row in self._growing:
            _notify(observer, row, row.finish(reason))


def _notify(observer: DecodeObserver | None, row: _Row, text: str) -> None:
    if observer is not None and text:
        observer.on_text(row.number, text)


def _choice_rules(tokenization: Tokenization, job: DecodeJob, vocabulary: int) -> ChoiceRules:
    forbidden = mask_of(tokenization.control_ids - tokenization.end_ids, vocabulary)
    forbidden[tokenization.vocabulary_size :] = True  # unused ids
    return ChoiceRules(
        sampling=job.sampling,
        forbidden=forbidden,
        ends=mask_of(tokenization.end_ids, vocabulary),
        min_new_tokens=job.min_new_tokens,
        # Control tokens of the prompt do not count as repeated, or no turn could end twice.
        seen=[id_ for id_ in job.prompt_ids if id_ not in tokenization.control_ids],
        uniforms=_numbers(job),
        xtc_uniforms=_numbers(job, _XTC_LANE) if job.sampling.xtc_probability > 0 else None,
        marks=mark_tokens(tokenization, job.sampling, vocabulary),
    )


def _numbers(job: DecodeJob, lane: int = 0) -> NDArray[np.float64]:
    return np.stack([uniforms(key, 0, job.max_new_tokens, lane) for key in job.stream_keys])


def _require_valid(model: Limits, job: DecodeJob) -> None:
    validate_sampling(job.sampling)
    if job.max_new_tokens < 1:
        raise UsageError(f"max_new_tokens is {job.max_new_tokens}; it must be 1 or more.")
    if job.max_words is not None and job.max_words < 1:
        raise UsageError(f"max_words is {job.max_words}; it must be 1 or more.")
    if not job.prompt_ids and not model.num_mem_tokens:
        raise UsageError("There is nothing to write on from: no memory, brief or tail.")
    needed = model.num_mem_tokens + len(job.prompt_ids) + job.max_new_tokens
    require_context(
        model.context_size,
        needed,
        f"{model.num_mem_tokens} memory + {len(job.prompt_ids)} prompt + {job.max_new_tokens} new",
    )


def require_context(context_size: int, needed: int, parts: str) -> None:
    """Raise `UsageError` when `needed` tokens exceed the model's context, naming the `parts`."""
    if needed > context_size:
        raise UsageError(
            f"{needed} tokens are needed ({parts}); the model attends to {context_size}.",
            "Ask for fewer new tokens, or give a shorter brief, tail or segment.",
        )
