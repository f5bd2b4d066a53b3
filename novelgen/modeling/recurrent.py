"""A recurrent memory around an unchanged Hugging Face causal language model.

Two passes, both with the plain causal mask and contiguous positions:

    read   [memory m | tokens L]                    predicts, while writing a novel
    write  [memory m | prose L | write slots m]     makes the next memory (and predicts as well)

Guarantees: memory is a value, `(batch, num_mem_tokens, hidden)` float32 in and out, and no
module keeps state between calls. A row of a batch equals the row alone, whatever its length.
Without slots the pass is the plain model's, to the last bit. LoRA goes inside: PEFT on the
language model first, then this wrapper. Knows nothing of text or of training recipes.

Source: Bulatov et al., *Recurrent Memory Transformer* (2022); *Scaling Transformer to 1M tokens
and beyond with RMT* (arXiv 2304.11062).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from novelgen.modeling.causal_lm import (
    context_size_of,
    device_of,
    embedding_of,
    hidden_size_of,
    require_embeds,
    run_hidden,
    run_logits,
)
from novelgen.modeling.memory_cell import (
    DEFAULT_PROJECTION_RANK,
    MemoryCell,
    MemoryUpdate,
    measure_embedding_rms,
)
from novelgen.modeling.token_batch import TokenBatch


@dataclass(frozen=True, slots=True)
class SegmentOutput:
    """What one segment gave."""

    memory: Tensor
    """The memory after the segment, `(batch, num_mem_tokens, hidden)` float32."""
    logits: Tensor
    """`logits[:, t]` predicts what follows prose token `t`, `(batch, length, vocabulary)`."""
    token_loss: Tensor
    """Nats of every prose token, `(batch, length)` float32; 0 where `is_scored` is False."""
    is_scored: Tensor
    """False at padding, and at a first token that no memory slot precedes, `(batch, length)`."""
    update: MemoryUpdate | None
    """How the memory came about; None without memory."""

    @property
    def loss(self) -> Tensor:
        """Mean nats a scored token, a scalar."""
        return self.token_loss.sum() / self.is_scored.sum().clamp(min=1)


class RecurrentLM(nn.Module):
    """A causal language model with a recurrent memory; without a cell it has none.

    `lm` is a Hugging Face causal language model, or a PEFT LoRA model around one.
    """

    def __init__(self, lm: nn.Module, cell: MemoryCell | None = None) -> None:
        super().__init__()
        require_embeds(lm)
        self.lm = lm
        self.cell = cell
        self.hidden_size = hidden_size_of(lm)
        self.context_size = context_size_of(lm)

    @property
    def num_mem_tokens(self) -> int:
        return 0 if self.cell is None else self.cell.num_mem_tokens

    @property
    def device(self) -> torch.device:
        return device_of(self.lm)

    def initial_memory(self, batch_size: int = 1) -> Tensor:
        """The learned memory before the first segment, `(batch, num_mem_tokens, hidden)`."""
        if self.cell is None:
            return torch.zeros(batch_size, 0, self.hidden_size, device=self.device)
        return self.cell.initial(batch_size)

    def embed(self, memory: Tensor, input_ids: Tensor) -> Tensor:
        """`[memory m | tokens L]` as the model's input, `(batch, m + L, hidden)`."""
        return self._after(memory, self._look_up(input_ids))

    def write(self, memory: Tensor, segment: TokenBatch) -> Tensor:
        """The memory after reading `segment`. A row of no tokens keeps its memory."""
        if self.cell is None or segment.max_length == 0:
            return memory
        return self.write_update(memory, segment).memory

    def write_update(
        self, memory: Tensor, segment: TokenBatch, through_model: bool = True
    ) -> MemoryUpdate:
        """The memory after reading `segment` and how it came about. Needs a memory and text.

        Unless `through_model`, gradients reach the cell alone, and the pass costs a third.
        """
        with torch.set_grad_enabled(through_model and torch.is_grad_enabled()):
            tokens = self._look_up(segment.input_ids)
            inputs = self._write_inputs(memory, tokens, segment)
            hidden = run_hidden(self.lm, use_cache=False, **inputs)
        return self._update(memory, hidden, tokens, segment)

    def read_segment(self, memory: Tensor, segment: TokenBatch) -> SegmentOutput:
        """One write pass with its predictions: the memory after `segment`, and its losses."""
        tokens = self._look_up(segment.input_ids)
        inputs = self._write_inputs(memory, tokens, segment)
        output = run_logits(
            self.lm, logits_to_keep=self._predicting(segment), use_cache=False, **inputs
        )
        logits = output.logits
        if self.cell is None:
            predictions = functional.pad(logits[:, :-1], (0, 0, 1, 0))
        else:
            predictions, logits = logits[:, :-1], logits[:, 1:]
        token_loss, is_scored = _score(predictions, segment, first_is_scored=self.cell is not None)
        update = None
        if self.cell is not None:
            update = self._update(memory, output.hidden, tokens, segment)
        new_memory = memory if update is None else update.memory
        return SegmentOutput(new_memory, logits, token_loss, is_scored, update)

    def predict(self, memory: Tensor, tokens: TokenBatch, num_scored: int) -> Tensor:
        """Nats of the last `num_scored` tokens of every row, `(batch, num_scored)` float32.

        A read pass: `[memory | brief | tail | prose]` without write slots, the vocabulary
        projected for the scored tokens alone. Without memory, no scored token may be a row's
        first: raises `ValueError`.
        """
        if min(tokens.lengths) < num_scored + (self.cell is None):
            raise ValueError(f"{num_scored} tokens cannot be scored in rows of {tokens.lengths}")
        inputs: dict[str, Any] = {"inputs_embeds": self.embed(memory, tokens.input_ids)}
        if tokens.is_padded:
            inputs = _padding_to_the_left(inputs["inputs_embeds"], tokens, self.num_mem_tokens)
        width = inputs["inputs_embeds"].shape[1]
        kept = torch.arange(width - num_scored - 1, width - 1, device=self.device)
        logits = run_logits(self.lm, logits_to_keep=kept, use_cache=False, **inputs).logits
        targets = tokens.input_ids[:, -num_scored:].to(logits.device)
        return functional.cross_entropy(logits.transpose(1, 2).float(), targets, reduction="none")

    def read_segments(
        self, memory: Tensor, segments: Sequence[TokenBatch], bptt_depth: int | None = None
    ) -> Iterator[SegmentOutput]:
        """Read segments one after another; what the caller drops is freed.

        `bptt_depth` is how many memory hand-overs gradients go back through; None is all.
        Windows are counted from the last segment, so its loss always reaches `bptt_depth` back.
        """
        for index, segment in enumerate(segments):
            if is_bptt_cut(index, len(segments), bptt_depth):
                memory = memory.detach()
            output = self.read_segment(memory, segment)
            memory = output.memory
            yield output

    def forward(
        self,
        segments: Sequence[TokenBatch],
        memory: Tensor | None = None,
        bptt_depth: int | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Loss of every segment, `(segments,)`, and the memory after the last one."""
        if memory is None:
            memory = self.initial_memory(segments[0].input_ids.shape[0])
        losses = []
        for output in self.read_segments(memory, segments, bptt_depth):
            losses.append(output.loss)
            memory = output.memory
        return torch.stack(losses), memory

    def _look_up(self, input_ids: Tensor) -> Tensor:
        tokens: Tensor = embedding_of(self.lm)(input_ids.to(self.device))
        return tokens

    def _after(self, memory: Tensor, tokens: Tensor) -> Tensor:
        if self.cell is None:
            return tokens
        return torch.cat([memory.to(tokens.dtype), tokens], dim=1)

    def _write_inputs(self, memory: Tensor, tokens: Tensor, segment: TokenBatch) -> dict[str, Any]:
        embeds = self._after(memory, tokens)  # (batch, m + L, hidden)
        if self.cell is not None:
            write_slots = self.cell.write_slots(memory).to(embeds.dtype)
            embeds = torch.cat([embeds, write_slots], dim=1)  # (batch, m + L + m, hidden)
        if not segment.is_padded:
            return {"inputs_embeds": embeds}
        return _padding_to_the_left(embeds, segment, self.num_mem_tokens)

    def _predicting(self, segment: TokenBatch) -> Tensor | None:
        """Positions of the last memory slot and of the prose; None for all."""
        if self.cell is None:
            return None
        start = self.num_mem_tokens - 1
        return torch.arange(start, start + segment.max_length + 1, device=self.device)

    def _update(
        self, memory: Tensor, hidden: Tensor, tokens: Tensor, segment: TokenBatch
    ) -> MemoryUpdate:
        assert self.cell is not None
        slots = self.cell.num_mem_tokens
        return self.cell.update(
            memory,
            written=hidden[:, -slots:],
            token_hidden=hidden[:, -slots - segment.max_length : -slots],
            token_embeddings=tokens,
            is_token=segment.mask().to(self.device),
        )


def add_memory(
    lm: nn.Module, num_mem_tokens: int, projection_rank: int = DEFAULT_PROJECTION_RANK
) -> RecurrentLM:
    """A fresh, untrained memory of `num_mem_tokens` slots around `lm`; 0 is no memory at all."""
    if num_mem_tokens == 0:
        return RecurrentLM(lm)
    embedding_rms = measure_embedding_rms(embedding_of(lm))
    cell = MemoryCell(num_mem_tokens, hidden_size_of(lm), embedding_rms, projection_rank)
    return RecurrentLM(lm, cell.to(device_of(lm)))


def is_bptt_cut(index: int, num_segments: int, bptt_depth: int | None) -> bool:
    """Whether the memory handed to segment `index` carries no gradient back.

    The learned initial memory is handed to segment 0 and is never cut off from it.
    """
    if bptt_depth is None or index == 0:
        return False
    return (num_segments - 1 - index) % (bptt_depth + 1) == bptt_depth


def _padding_to_the_left(
    embeds: Tensor, segment: TokenBatch, num_mem_tokens: int
) -> dict[str, Any]:
    """Move each row's padding from before its prose to before its memory.

    `[memory | padding | prose | write]` becomes `[padding | memory | prose | write]`, and
    positions count from the row's first memory slot.
    """
    rows, masks, positions = [], [], []
    width = embeds.shape[1]
    for row, length in zip(embeds, segment.lengths, strict=True):
        padding = segment.max_length - length
        memory, rest = row[:num_mem_tokens], row[num_mem_tokens:]
        rows.append(torch.cat([rest[:padding].detach(), memory, rest[padding:]]))
        position = torch.arange(width) - padding
        masks.append(position >= 0)
        positions.append(position.clamp(min=0))
    return {
        "inputs_embeds": torch.stack(rows),
        "attention_mask": torch.stack(masks).to(embeds.device, torch.long),
        "position_ids": torch.stack(positions).to(embeds.device),
    }


def _score(
    predictions: Tensor, segment: TokenBatch, first_is_scored: bool
) -> tuple[Tensor, Tensor]:
    is_scored = segment.mask().to(predictions.device)
    if not first_is_scored:
        has_predecessor = functional.pad(is_scored[:, :-1], (1, 0))
        is_scored = is_scored & has_predecessor
    targets = segment.input_ids.to(predictions.device)
    losses = functional.cross_entropy(
        predictions.float().flatten(0, 1), targets.flatten(), reduction="none"
    )
    return losses.reshape(targets.shape).where(is_scored, 0.0), is_scored
