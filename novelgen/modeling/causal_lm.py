"""One way to call any Hugging Face causal language model with embeddings.

Guarantees that logits and last-layer hidden states come from the same pass and that the model
is not changed. With a PEFT model it works on the language model inside, whose linear layers
carry the LoRA weights. Knows nothing of memory.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as cache_results
from typing import Any

import torch
from torch import Tensor, nn
from transformers import Cache

from novelgen.errors import ModelError
from novelgen.modeling.placed_weights import computing_device

# For models without absolute positions, which name no limit: a length they were trained on.
DEFAULT_CONTEXT_SIZE = 2048


@dataclass(frozen=True, slots=True)
class BackboneOutput:
    """What one pass gave: the hidden states after the last layer's norm, and the logits."""

    hidden: Tensor
    """`(batch, length, hidden)`."""
    logits: Tensor
    """`(batch, kept positions, vocabulary)`."""


def is_peft(lm: nn.Module) -> bool:
    """Whether `lm` is a PEFT model; none can be where PEFT was never imported."""
    peft = sys.modules.get("peft")
    return peft is not None and isinstance(lm, peft.PeftModel)


def unwrap_peft(lm: nn.Module) -> Any:
    """The Hugging Face model itself, LoRA layers included, from a PEFT model or from itself."""
    model: Any = lm
    return model.get_base_model() if is_peft(lm) else model


def embedding_of(lm: nn.Module) -> nn.Embedding:
    """The module that turns token ids into `inputs_embeds`."""
    embedding: nn.Embedding = unwrap_peft(lm).get_input_embeddings()
    return embedding


def hidden_size_of(lm: nn.Module) -> int:
    """Width of both the embeddings and the hidden states.

    Raises `ModelError` when they differ (OPT-350M): a memory is read as the one and written as
    the other.
    """
    hidden_size = int(unwrap_peft(lm).config.get_text_config().hidden_size)
    embedding_size = int(embedding_of(lm).embedding_dim)
    if hidden_size != embedding_size:
        raise ModelError(
            f"This model embeds tokens in {embedding_size} numbers and thinks in {hidden_size}; "
            f"a recurrent memory needs the two to be equal.",
            "Choose another model.",
        )
    return hidden_size


def run_hidden(
    lm: nn.Module, inputs_embeds: Tensor, cache: Cache | None = None, **inputs: Any
) -> Tensor:
    """Hidden states alone, `(batch, length, hidden)`; the vocabulary projection is not computed.

    A `cache` is read and written on.
    """
    body = unwrap_peft(lm).base_model
    inputs |= _cache_inputs(body, cache)
    hidden: Tensor = body(inputs_embeds=inputs_embeds, **inputs).last_hidden_state
    return hidden.to(inputs_embeds.device)  # the last layer may lie elsewhere than the first


def run_logits(
    lm: nn.Module,
    inputs_embeds: Tensor,
    logits_to_keep: Tensor | int | None = None,
    cache: Cache | None = None,
    **inputs: Any,
) -> BackboneOutput:
    """Hidden states and logits of one pass; a `cache` is read and written on.

    `logits_to_keep` is a count from the end, or the positions wanted; None keeps all and leaves
    the model's own projection untouched, to the last bit.
    """
    model = unwrap_peft(lm)
    inputs |= _cache_inputs(model, cache)
    projects_all = logits_to_keep is None or not _accepts(model, "logits_to_keep")
    if not projects_all:
        inputs["logits_to_keep"] = logits_to_keep
    with _captured_hidden(model.base_model) as captured:
        logits: Tensor = model(inputs_embeds=inputs_embeds, **inputs).logits
    if projects_all and isinstance(logits_to_keep, int):
        logits = logits[:, -logits_to_keep:]
    elif projects_all and logits_to_keep is not None:
        logits = logits[:, logits_to_keep]
    return BackboneOutput(captured[0].to(inputs_embeds.device), logits)


NextLogits = Callable[[Tensor, Cache], Tensor]


def next_logits_of(lm: nn.Module) -> NextLogits:
    """A function from `inputs_embeds` and a cache, which it writes on, to the last logits.

    They are `(batch, vocabulary)` float32. The pass alone, without hooks and look-ups, so that a
    compiler sees it whole.
    """
    model = unwrap_peft(lm)
    name = _cache_name(model)
    options: dict[str, Any] = {"use_cache": True}
    if _accepts(model, "logits_to_keep"):
        options["logits_to_keep"] = 1

    def next_logits(inputs_embeds: Tensor, cache: Cache) -> Tensor:
        logits: Tensor = model(inputs_embeds=inputs_embeds, **{name: cache}, **options).logits
        return logits[:, -1].float()

    return next_logits


@contextmanager
def _captured_hidden(body: nn.Module) -> Iterator[list[Tensor]]:
    # `output_hidden_states=True` would keep every layer's states, only to use the last.
    captured: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
        captured.append(output.last_hidden_state)

    handle = body.register_forward_hook(keep)
    try:
        yield captured
    finally:
        handle.remove()


def _cache_inputs(model: Any, cache: Cache | None) -> dict[str, Any]:
    if cache is None:
        return {}
    return {_cache_name(model): cache, "use_cache": True}


def _cache_name(model: Any) -> str:
    # Renamed in transformers 5.24.
    return "cache" if _accepts(model, "cache") else "past_key_values"


def _accepts(model: Any, parameter: str) -> bool:
    return parameter in _parameters(type(model).forward)


@cache_results
def _parameters(forward: Callable[..., Any]) -> frozenset[str]:
    """What a kind of model takes; looked up once, as it is asked for with every token."""
    return frozenset(inspect.signature(forward).parameters)


def require_embeds(lm: nn.Module) -> None:
    """Refuse a model that cannot be given embeddings. Raises `ModelError`."""
    model = unwrap_peft(lm)
    if not _accepts(model, "inputs_embeds"):
        raise ModelError(
            f"{type(model).__name__} takes no input embeddings, which a memory needs.",
            "Choose another model.",
        )


def context_size_of(lm: nn.Module) -> int:
    """Tokens the model can attend to; `DEFAULT_CONTEXT_SIZE` where it names no limit."""
    config = unwrap_peft(lm).config.get_text_config()
    return int(getattr(config, "max_position_embeddings", None) or DEFAULT_CONTEXT_SIZE)


def device_of(lm: nn.Module) -> torch.device:
    """Where the model's embeddings are looked up, and so where its inputs and memory live."""
    return computing_device(embedding_of(lm))
