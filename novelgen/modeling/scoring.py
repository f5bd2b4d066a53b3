"""How likely a model finds texts: the mean log-probability of their tokens.

Guarantees the same numbers however long a text is and whatever others are scored with it, with
logits for only a few hundred tokens in memory at a time. What stands before is read once for all
texts; they are read one after another, for one of a few hundred tokens keeps a processor busy, and
none is padded. Knows token ids, not text.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from novelgen.modeling.causal_lm import embedding_of, run_logits
from novelgen.modeling.decoding import require_context
from novelgen.modeling.prompt_reading import ReadPrompt
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.stepping import Decoder

_TOKENS_PER_CHUNK = 256


def mean_logprobs(
    model: RecurrentLM,
    decoder: Decoder,
    memory: Tensor,
    prompt_ids: Sequence[int],
    texts: Sequence[Sequence[int]],
) -> tuple[float, ...]:
    """Mean natural log-probability a token of every text after `[memory][prompt]`.

    `memory` is `(1, num_mem_tokens, hidden)`; `decoder` is the model's, which may have read the
    prompt already. A first token that nothing precedes is not scored; 0 where no token is. Raises
    `UsageError` when a text does not fit the context, before any is read.
    """
    num_before = model.num_mem_tokens + len(prompt_ids)
    for ids in texts:
        require_context(
            model.context_size,
            num_before + len(ids),
            f"{num_before} before + {len(ids)} text",
        )
    with torch.inference_mode():
        if num_before == 0:
            firsts = (_means(model, decoder, memory, ids[:1], [ids[1:]]) for ids in texts)
            return tuple(mean for (mean,) in firsts)
        return _means(model, decoder, memory, prompt_ids, texts)


def _means(
    model: RecurrentLM,
    decoder: Decoder,
    memory: Tensor,
    prompt_ids: Sequence[int],
    texts: Sequence[Sequence[int]],
) -> tuple[float, ...]:
    if not any(texts):
        return (0.0,) * len(texts)
    prompt = decoder.read(memory, prompt_ids)
    return tuple(_sum_logprob(model, prompt, ids) / max(len(ids), 1) for ids in texts)


def _sum_logprob(model: RecurrentLM, prompt: ReadPrompt, text_ids: Sequence[int]) -> float:
    if not text_ids:
        return 0.0
    ids = torch.tensor([list(text_ids)], dtype=torch.long)
    total = _sum_of(prompt.logits, ids[0, :1])
    embedding, cache = embedding_of(model.lm), prompt.cache_of(1)
    last = len(text_ids) - 1  # a token that predicts none
    for start in range(0, last, _TOKENS_PER_CHUNK):
        stop = min(start + _TOKENS_PER_CHUNK, last)
        embeds = embedding(ids[:, start:stop].to(model.device))
        output = run_logits(model.lm, embeds, cache=cache)
        total += _sum_of(output.logits[0], ids[0, start + 1 : stop + 1])
    return total


def _sum_of(logits: Tensor, ids: Tensor) -> float:
    logprobs = logits.float().log_softmax(-1)  # (tokens, vocabulary)
    return float(logprobs.gather(1, ids.to(logits.device).unsqueeze(1)).double().sum())
