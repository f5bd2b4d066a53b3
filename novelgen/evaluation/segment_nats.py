"""Nats of a segment's tokens after a memory and a context, with few logits at a time.

Guarantees the numbers of one whole pass (to rounding) for every family of models: the segment is
read in chunks over a key-value cache, so that the vocabulary projection of only a few hundred
positions exists at once. Knows token ids, not text.
"""

import torch
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache

from novelgen.errors import ModelError
from novelgen.modeling.causal_lm import run_logits, unwrap_peft
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.token_batch import TokenBatch

# Logits in memory at once, in positions: 50 MB on a CPU for 49,152 words, 800 MB elsewhere.
_LOGITS_ON_CPU = 256
_LOGITS_ELSEWHERE = 4096
# Tokens of all rows in one pass; the cache of the default model takes 46 kB each.
_TOKENS_ON_CPU = 4096
_TOKENS_ELSEWHERE = 65_536


def segment_nats(model: RecurrentLM, memory: Tensor, context: Tensor, segment: Tensor) -> Tensor:
    """Nats of all tokens of `segment` but its first, after `[memory][context]`.

    `memory` is `(rows, num_mem_tokens, hidden)`, `context` `(rows, C)`, `segment` `(rows, L)`;
    the result is `(rows, L - 1)` float32 on the CPU. The first token is left out for all alike:
    without memory and context nothing predicts it. Raises `ModelError` for undefined numbers.
    """
    ids = torch.cat([context, segment], dim=1)
    rows = _rows_per_pass(model, memory.shape[1] + ids.shape[1])
    parts = zip(torch.split(memory, rows), torch.split(ids, rows), strict=True)
    nats = torch.cat([_score_rows(model, *part, segment.shape[1]) for part in parts])
    require_defined(nats)
    return nats


def require_defined(nats: Tensor) -> None:
    """Raise `ModelError` for nats that are infinite or no numbers: they would judge nothing."""
    if not torch.isfinite(nats).all():
        raise ModelError(
            "The model with its adapter answers with infinite or undefined numbers.",
            "Set another dtype (NOVELGEN_DTYPE=float32) or --device cpu; if that does not help, "
            "fetch the model and the adapter again.",
        )


def write_segment(model: RecurrentLM, memory: Tensor, segment: Tensor) -> Tensor:
    """The memory of every row after its `segment`, `(rows, L)`."""
    rows = _rows_per_pass(model, 2 * memory.shape[1] + segment.shape[1])
    parts = zip(torch.split(memory, rows), torch.split(segment, rows), strict=True)
    return torch.cat([model.write(part, _as_batch(ids)) for part, ids in parts])


def _score_rows(model: RecurrentLM, memory: Tensor, ids: Tensor, length: int) -> Tensor:
    embeds = model.embed(memory, ids)  # (rows, m + C + L, hidden)
    cache = DynamicCache(config=unwrap_peft(model.lm).config)
    first = embeds.shape[1] - length  # the segment's first token, which predicts its second
    step = max(1, _by_device(model, _LOGITS_ON_CPU, _LOGITS_ELSEWHERE) // len(ids))
    targets = ids[:, 1 - length :].to(model.device)
    chunks, begin = [], 0
    for offset in range(0, length - 1, step):
        following = targets[:, offset : offset + step]
        count = following.shape[1]
        end = first + offset + count
        output = run_logits(
            model.lm,
            embeds[:, begin:end],
            logits_to_keep=count,
            cache=cache,
        )
        chunks.append(_cross_entropy(output.logits, following))
        begin = end
    return torch.cat(chunks, dim=1)


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    flat = functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), reduction="none"
    )
    return flat.reshape(targets.shape).cpu()


def _rows_per_pass(model: RecurrentLM, tokens_per_row: int) -> int:
    return max(1, _by_device(model, _TOKENS_ON_CPU, _TOKENS_ELSEWHERE) // tokens_per_row)


def _by_device(model: RecurrentLM, on_cpu: int, elsewhere: int) -> int:
    return on_cpu if model.device.type == "cpu" else elsewhere


def _as_batch(ids: Tensor) -> TokenBatch:
    return TokenBatch(ids, (ids.shape[1],) * ids.shape[0])
