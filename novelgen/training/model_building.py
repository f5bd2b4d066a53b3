"""The model under training, as it begins: a backbone with fresh LoRA and a fresh memory.

Guarantees that what is built is the same for the same seed of torch, and that passes as long as
the recipe asks for are refused before anything is trained. Knows no books and no steps.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from novelgen.errors import UsageError
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.backbone import Backbone
from novelgen.modeling.causal_lm import embedding_of, hidden_size_of
from novelgen.modeling.lora import add_lora
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.tokenization import Tokenization
from novelgen.training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Base:
    """The language model to adapt."""

    directory: Path
    name: str
    fingerprint: str
    device: str
    dtype: str


def build_model(
    backbone: Backbone, tokenization: Tokenization, config: TrainingConfig, has_memory: bool
) -> RecurrentLM:
    """The model as training begins: fresh LoRA, and a fresh memory of empty lines.

    Raises `UsageError` for more LoRA than there is model, `ModelError` for layers it has not.
    """
    lm: nn.Module = backbone.lm
    if config.lora_rank:
        if config.lora_rank > (width := hidden_size_of(lm)):
            raise UsageError(
                f"LoRA of rank {config.lora_rank:,} is no saving in layers {width:,} wide.",
                "Lower --lora-rank.",
            )
        settings = LoraSettings(config.lora_rank, config.lora_alpha, config.lora_modules)
        lm = add_lora(lm, settings)
    else:
        lm.requires_grad_(False)
    model = add_memory(lm, config.num_mem_tokens if has_memory else 0, config.projection_rank)
    line_end = tokenization.prose_ids("\n")[-1:]  # none where a tokenizer skips white space
    if model.cell is not None and line_end:
        # Words the model knows; random vectors would cost it a nat a token to begin with.
        ids = torch.tensor(line_end, device=model.device)
        with torch.no_grad():
            line = embedding_of(model.lm)(ids).float()
            model.cell.initial_memory.copy_(line.expand_as(model.cell.initial_memory))
    return model


def require_context(model: RecurrentLM, config: TrainingConfig) -> None:
    """Raise `UsageError` when a pass of the recipe does not fit into the model's context."""
    slots = config.num_mem_tokens
    if config.segment_size + 2 * slots > model.context_size:
        raise UsageError(
            f"Segments of {config.segment_size:,} tokens between twice {slots} memory slots are "
            f"too long for this model, which reads {model.context_size:,} at once.",
            "Lower --segment-size or --num-mem-tokens.",
        )
    tail = 0
    if config.context_share or config.late_context_share:
        tail = max(config.max_tail_tokens, config.late_max_tail_tokens)
        num_before = max(config.max_segments, config.late_max_segments) - 1
        tail = min(tail, num_before * config.max_segment_tokens)
    # The read pass has a tail where the write pass has slots; a brief comes on top where it fits.
    longest = config.max_segment_tokens + slots + max(tail, slots)
    if config.long_last_share:
        longest = max(longest, slots + config.long_last_tokens)
    if longest > model.context_size:
        raise UsageError(
            f"Passes of {longest:,} tokens are too long for this model, which reads "
            f"{model.context_size:,} at once.",
            "Lower --max-segment-tokens, --late-max-tail-tokens, --max-tail-tokens or "
            "--long-last-tokens.",
        )
