"""The decode loop: one prefill, then one token a step for every row that still grows.

    [memory m | prompt P]  ->  cache of one row  ->  n rows  ->  n tokens a step

Guarantees: the same tokens as a pass without a cache would choose; a row's draws depend on its
own stream and position, never on which other rows are left; nothing is kept between calls. The
loop is ours because `generate(inputs_embeds=...)` returns wrong text with a reused cache. Knows
token ids and rows; what the prompt says is not its business.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.randomness import uniforms
from novelgen.engine.values import Candidate, FinishReason, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.causal_lm import embedding_of, run_logits, unwrap_peft
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.sampling import choose_tokens, validate_sampling
from novelgen.modeling.stopping import GrowingText
from novelgen.modeling.tokenization import StreamDecoder, Tokenization

# Tokens before the new text that its first characters are decoded with.
_DECODED_CONTEXT = 8


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


def decode_rows(
    model: RecurrentLM,
    tokenization: Tokenization,
    memory: Tensor,
    job: DecodeJob,
    observer: DecodeObserver | None = None,
) -> tuple[Candidate, ...]:
    """Draw one text per stream key after `[memory][prompt]`.

    `memory` is `(1, num_mem_tokens, hidden)`. Raises `UsageError` for settings out of range and
    for a prompt that leaves no room in the context, `ModelError` when the model's numbers break.
    """
    _require_valid(model, job)
    rows = [_Row(number, tokenization, job) for number in range(len(job.stream_keys))]
    if not rows:
        return ()
    with torch.inference_mode():
        _Loop(model, tokenization, memory, job, rows).run(observer)
    return tuple(row.candidate() for row in rows)


class _Row:
    """One candidate while it grows."""

    def __init__(self, number: int, tokenization: Tokenization, job: DecodeJob) -> None:
        self.number = number
        self.growing = GrowingText(job.stop_strings, job.max_words)
        self._end_ids = tokenization.end_ids
        self._decoder = StreamDecoder(tokenization, job.prompt_ids[-_DECODED_CONTEXT:])
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
    """The tensors of one decode call. Rows of tensors belong to `self._growing`, in order."""

    def __init__(
        self,
        model: RecurrentLM,
        tokenization: Tokenization,
        memory: Tensor,
        job: DecodeJob,
        rows: list[_Row],
    ) -> None:
        self._model, self._job, self._growing = model, job, rows
        self._cache = DynamicCache(config=unwrap_peft(model.lm).config)
        self._logits = self._prefill(memory)  # (rows, vocabulary) float32
        self._uniforms = self._draw_uniforms()  # (rows, max_new_tokens)
        self._forbidden = _forbidden_tokens(tokenization, self._logits)  # (vocabulary,)
        self._ends = _mark(tokenization.end_ids, self._logits)  # (vocabulary,)
        # Control tokens of the prompt do not count as repeated, or no turn could end twice.
        seen = [id_ for id_ in job.prompt_ids if id_ not in tokenization.control_ids]
        self._seen = torch.tensor(seen, dtype=torch.long, device=model.device)
        self._seen = self._seen.expand(len(rows), -1)  # (rows, tokens so far)

    def run(self, observer: DecodeObserver | None) -> None:
        for position in range(self._job.max_new_tokens):
            if observer is not None and observer.should_stop():
                return self._finish_all(FinishReason.CANCELLED, observer)
            tokens = self._choose(position)
            self._show(tokens, observer)
            tokens = self._drop_finished(tokens)
            if not self._growing:
                return None
            if position + 1 < self._job.max_new_tokens:
                self._step(tokens)
        return self._finish_all(FinishReason.LENGTH, observer)

    def _prefill(self, memory: Tensor) -> Tensor:
        prompt = torch.tensor([list(self._job.prompt_ids)], dtype=torch.long)
        logits = self._forward(self._model.embed(memory, prompt))
        self._cache.batch_repeat_interleave(len(self._growing))
        return logits.expand(len(self._growing), -1)

    def _step(self, tokens: Tensor) -> None:
        embeds = embedding_of(self._model.lm)(tokens.unsqueeze(1))  # (rows, 1, hidden)
        self._logits = self._forward(embeds)
        self._seen = torch.cat([self._seen, tokens.unsqueeze(1)], dim=1)

    def _forward(self, embeds: Tensor) -> Tensor:
        output = run_logits(self._model.lm, embeds, logits_to_keep=1, cache=self._cache)
        return output.logits[:, -1].float()

    def _choose(self, position: int) -> Tensor:
        must_go_on = position < self._job.min_new_tokens
        forbidden = self._forbidden | self._ends if must_go_on else self._forbidden
        allowed = self._logits.masked_fill(forbidden, -math.inf)
        return choose_tokens(allowed, self._seen, self._job.sampling, self._uniforms[:, position])

    def _show(self, tokens: Tensor, observer: DecodeObserver | None) -> None:
        chosen = self._logits.gather(1, tokens.unsqueeze(1)).squeeze(1)
        logprobs = (chosen - self._logits.logsumexp(-1)).tolist()
        if any(math.isnan(logprob) for logprob in logprobs):
            raise ModelError(
                "The model put out undefined numbers (NaN).", "Use dtype float32 or bfloat16."
            )
        for row, token_id, logprob in zip(self._growing, tokens.tolist(), logprobs, strict=True):
            _notify(observer, row, row.accept(token_id, logprob))

    def _drop_finished(self, tokens: Tensor) -> Tensor:
        kept = [index for index, row in enumerate(self._growing) if row.is_growing]
        if len(kept) == len(self._growing):
            return tokens
        self._growing = [self._growing[index] for index in kept]
        indices = torch.tensor(kept, dtype=torch.long, device=tokens.device)
        if kept:
            self._cache.batch_select_indices(indices)
        self._uniforms, self._seen = self._uniforms[indices], self._seen[indices]
        return tokens[indices]

    def _finish_all(self, reason: FinishReason, observer: DecodeObserver | None) -> None:
        for row in self._growing:
            _notify(observer, row, row.finish(reason))

    def _draw_uniforms(self) -> Tensor:
        numbers = [uniforms(key, 0, self._job.max_new_tokens) for key in self._job.stream_keys]
        table = torch.from_numpy(np.stack(numbers))
        device = self._model.device
        # Apple's GPUs know no float64.
        return table.to(device, torch.float32 if device.type == "mps" else torch.float64)


def _notify(observer: DecodeObserver | None, row: _Row, text: str) -> None:
    if observer is not None and text:
        observer.on_text(row.number, text)


def _forbidden_tokens(tokenization: Tokenization, logits: Tensor) -> Tensor:
    """True for tokens that are no text: control tokens but the ends, and unused ids."""
    forbidden = _mark(tokenization.control_ids - tokenization.end_ids, logits)
    forbidden[tokenization.vocabulary_size :] = True
    return forbidden


def _mark(token_ids: Set[int], logits: Tensor) -> Tensor:
    """A mask over the vocabulary, `(vocabulary,)`, True at `token_ids`."""
    mask = torch.zeros(logits.shape[-1], dtype=torch.bool)
    mask[[id_ for id_ in token_ids if id_ < len(mask)]] = True
    return mask.to(logits.device)


def _require_valid(model: RecurrentLM, job: DecodeJob) -> None:
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
