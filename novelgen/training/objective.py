"""What a batch of windows costs: the loss that every phase minimises.

    burn-in segments    [memory | prose | write slots]        not scored: the cell alone learns
    segments 1 .. K-1   [memory | prose | write slots]        scored as they are read
    segment K           [memory | brief | tail | prose]       scored as generation reads it

Without memory every segment stands alone, after the tokens that begin a text for the model if it
has any, and the same batches make the control. Two more terms
make memories worth reading: now and then a stretch is rebuilt from memory alone, and slots that
point at rare words which come again are rewarded (coverage).

How far gradients go back: those of nats and of a rebuilt stretch as far as the memory carries
them, through `bptt_depth` hand-overs and never into the burn-in, after each segment of which the
memory is detached. Those of coverage go back through what the slots point at instead, to the
first segment of the burn-in if there is no cut of `bptt_depth` on the way. This is what the
burn-in is for: it teaches gates to keep a word over many segments. Knows tokens, not text.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint as compute_twice

from novelgen.modeling.memory_cell import MemoryUpdate
from novelgen.modeling.recurrent import RecurrentLM, SegmentOutput, is_bptt_cut
from novelgen.modeling.token_batch import TokenBatch, pad_left
from novelgen.training.config import TrainingConfig
from novelgen.training.coverage import Coverage
from novelgen.training.windows import Shape

_Call = Callable[..., Any]


@dataclass(slots=True)
class _Sums:
    """Losses of a batch as they come in."""

    first: list[Tensor] = field(default_factory=list)
    """`(batch, tokens)` nats of the first segment, if it is scored."""
    later: list[Tensor] = field(default_factory=list)
    """Those of segments 2 and later, one tensor a segment."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The loss of one batch, and what it is made of."""

    loss: Tensor
    """What is minimised, a scalar with a gradient."""
    nats: float
    """Mean nats a token over segments 2 and later."""
    reconstruction: float | None
    """Mean nats of a stretch rebuilt from memory alone."""
    coverage: float | None
    """How much of the rare words to come the memory points at, 0 to 1; None if none came."""
    num_coverage_rows: int = 0
    """Rows of segments that `coverage` is the mean of."""


def measure(
    model: RecurrentLM,
    shape: Shape,
    token_ids: Sequence[Sequence[int]],
    briefs: Sequence[Sequence[int]],
    config: TrainingConfig,
    rare_words: Tensor,
    seed: int,
    start_ids: Sequence[int] = (),
) -> Objective:
    """The objective of one batch. One row of `token_ids` and `briefs` a window.

    `rare_words` is the weight of every token as a rare word, `(vocabulary,)`, 0 to 1. `start_ids`
    begin a text for the model; with memory its slots stand there instead.
    """
    start = () if model.cell is not None else tuple(start_ids)
    rows = torch.tensor([list(row) for row in token_ids], device=model.device)  # (batch, tokens)
    size = shape.segment_tokens
    last_start = rows.shape[1] - shape.last_tokens
    segments = [
        TokenBatch(part, (part.shape[1],) * rows.shape[0])
        for part in (*torch.split(rows[:, :last_start], size, dim=1), rows[:, last_start:])
    ]
    call: _Call = _plainly
    if config.gradient_checkpointing:
        call = partial(compute_twice, use_reentrant=False)
    sums = _Sums()
    initial = memory = model.initial_memory(rows.shape[0])
    coverage = Coverage(rare_words)
    if shape.burn_in:
        memory = _burn_in(model, memory, segments[: shape.burn_in], coverage, shape.gap_tokens)
        memory = _cut(memory, initial)
        segments = segments[shape.burn_in :]
    for index, segment in enumerate(segments[:-1]):
        if is_bptt_cut(index, len(segments), config.bptt_depth):
            memory = _cut(memory, initial)
            coverage.detach()
        coverage.expect(segment, shape.gap_tokens)
        update = _read(model, memory, segment, index, shape, call, sums, start)
        if update is not None:
            memory = update.memory
            coverage.point(segment, update)
    coverage.expect(segments[-1], max(shape.tail_tokens, shape.gap_tokens))
    layout = _in_layout(rows, shape, briefs, start)
    # Without memory a text's first token cannot be scored.
    can_score_all = model.cell is not None or min(layout.lengths) > shape.last_tokens
    num_scored = shape.last_tokens - (not can_score_all)
    sums.later.append(call(model.predict, memory, layout, num_scored))
    rebuilt = None
    if shape.is_reconstructing and model.cell is not None:
        rebuilt = _rebuild(model, memory, segments[-2], config.reconstruction_tokens, call, seed)
    return _combine(sums, rebuilt, coverage, config)


def _burn_in(
    model: RecurrentLM,
    memory: Tensor,
    segments: Sequence[TokenBatch],
    coverage: Coverage,
    gap_tokens: int,
) -> Tensor:
    """The memory after segments that only teach the cell what to point at and what to keep.

    No gradient goes through the language model nor through the memory from segment to segment, so
    that windows can be long: words that come again after hundreds of tokens are what a memory is
    for when the last pages are verbatim. `coverage` keeps its gradient, for the segments after
    these as well.
    """
    if model.cell is None:
        return memory
    for segment in segments:
        coverage.expect(segment, gap_tokens)
        update = model.write_update(memory, segment, through_model=False)
        coverage.point(segment, update)
        memory = update.memory.detach()
    return memory


def _plainly(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def _read(
    model: RecurrentLM,
    memory: Tensor,
    segment: TokenBatch,
    index: int,
    shape: Shape,
    call: _Call,
    sums: _Sums,
    start: Sequence[int],
) -> MemoryUpdate | None:
    """What one of the segments before the last makes of the memory; its losses go into `sums`."""
    is_first = index == 0 and not shape.burn_in
    is_scored = not is_first or shape.is_first_scored
    target = sums.first if is_first else sums.later
    if model.cell is None:
        if is_scored:
            num_scored = segment.max_length - (not start)
            target.append(call(model.predict, memory, _after_start(segment, start), num_scored))
        return None
    update: MemoryUpdate | None
    if is_scored:
        output: SegmentOutput = call(model.read_segment, memory, segment)
        target.append(output.token_loss)
        update = output.update
    else:
        update = call(model.write_update, memory, segment)
    return update


def _cut(memory: Tensor, initial: Tensor) -> Tensor:
    """`memory` with no gradient but zeros for the initial one: DDP waits for all parameters."""
    return memory.detach() + 0 * initial


def _after_start(segment: TokenBatch, start: Sequence[int]) -> TokenBatch:
    """`[start | prose]` of every row."""
    if not start:
        return segment
    return pad_left([[*start, *row] for row in segment.input_ids.tolist()])


def _in_layout(
    rows: Tensor, shape: Shape, briefs: Sequence[Sequence[int]], start: Sequence[int]
) -> TokenBatch:
    """`[start | brief | tail | prose]` of the last segment of every row."""
    num_kept = shape.tail_tokens + shape.last_tokens
    texts = [
        [*brief, *row] for brief, row in zip(briefs, rows[:, -num_kept:].tolist(), strict=True)
    ]
    # The template of a chat has the start of a text already.
    return pad_left(
        [text if tuple(text[: len(start)]) == tuple(start) else [*start, *text] for text in texts]
    )


def _rebuild(
    model: RecurrentLM,
    memory: Tensor,
    segment: TokenBatch,
    num_tokens: int,
    call: _Call,
    seed: int,
) -> Tensor:
    """Nats of a stretch of the segment that was written last, from memory alone."""
    num_tokens = min(num_tokens, segment.max_length)
    start = random.Random(seed).randint(0, segment.max_length - num_tokens)  # noqa: S311
    ids = segment.input_ids[:, start : start + num_tokens]
    stretch = TokenBatch(ids, (num_tokens,) * ids.shape[0])
    rebuilt: Tensor = call(model.predict, memory, stretch, num_tokens)
    return rebuilt


def _combine(
    sums: _Sums, rebuilt: Tensor | None, coverage: Coverage, config: TrainingConfig
) -> Objective:
    scored = torch.cat([losses.flatten() for losses in (*sums.first, *sums.later)])
    loss = scored.mean()
    if rebuilt is not None:
        loss = loss + rebuilt.mean()
    covered = coverage.loss()
    if covered is not None:
        loss = loss + config.coverage_weight * covered
    with torch.no_grad():
        return Objective(
            loss,
            nats=float(torch.cat([losses.flatten() for losses in sums.later]).mean()),
            reconstruction=None if rebuilt is None else float(rebuilt.mean()),
            coverage=coverage.share(),
            num_coverage_rows=coverage.num_judged(),
        )
