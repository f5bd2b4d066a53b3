"""How likely a model finds a text: the mean log-probability of its tokens.

Guarantees the same number however long the text is, with logits for only a few hundred tokens
in memory at a time. Knows token ids, not text.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import DynamicCache

from novelgen.modeling.causal_lm import run_hidden, run_logits, unwrap_peft
from novelgen.modeling.decoding import require_context
from novelgen.modeling.recurrent import RecurrentLM

_TOKENS_PER_CHUNK = 256


def mean_logprob(
    model: RecurrentLM, memory: Tensor, context_ids: Sequence[int], text_ids: Sequence[int]
) -> float:
    """Mean natural log-probability a token of the text after `[memory][context]`.

    `memory` is `(1, num_mem_tokens, hidden)`. A first token that nothing precedes is not
    scored; 0 when no token is. Raises `UsageError` when all does not fit the context.
    """
    num_before = model.num_mem_tokens + len(context_ids)
    require_context(
        model.context_size,
        num_before + len(text_ids),
        f"{num_before} before + {len(text_ids)} text",
    )
    ids = torch.tensor([[*context_ids, *text_ids]], dtype=torch.long)
    first = max(num_before - 1, 0)  # the position that predicts the first scored token
    last = model.num_mem_tokens + ids.shape[1] - 1  # the last position, which predicts no token
    if first >= last:
        return 0.0
    with torch.inference_mode():
        embeds = model.embed(memory, ids)
        cache = DynamicCache(config=unwrap_peft(model.lm).config)
        if first:
            run_hidden(model.lm, embeds[:, :first], cache=cache)
        total = 0.0
        for start in range(first, last, _TOKENS_PER_CHUNK):
            stop = min(start + _TOKENS_PER_CHUNK, last)
            output = run_logits(model.lm, embeds[:, start:stop], cache=cache)
            following = ids[0, start + 1 - model.num_mem_tokens : stop + 1 - model.num_mem_tokens]
            total += _sum_logprob(output.logits[0], following)
    return total / (last - first)


def _sum_logprob(logits: Tensor, ids: Tensor) -> float:
    logprobs = logits.float().log_softmax(-1)  # (tokens, vocabulary)
    return float(logprobs.gather(1, ids.to(logits.device).unsqueeze(1)).double().sum())
