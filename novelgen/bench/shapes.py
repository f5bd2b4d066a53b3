"""Models of well-known sizes with random weights: what a size costs, without fetching one.

Random weights take as long as trained ones; what they write means nothing.
"""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from novelgen.modeling.backbone import Backbone, load_tokenizer
from novelgen.modeling.device import torch_device

SHAPES: dict[str, dict[str, Any]] = {
    "135m": {
        "vocab_size": 49_152,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "tie_word_embeddings": True,
    },
    "1b": {
        "vocab_size": 128_256,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 64,
        "tie_word_embeddings": True,
    },
    "8b": {
        "vocab_size": 128_256,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
    },
}
"""Sizes of SmolLM2 135M, Llama 3.2 1B and Llama 3.1 8B."""


def random_backbone(shape: str, tokenizer_dir: Path, device: str, dtype: str) -> Backbone:
    """A model of a size with the tokenizer of another, made on its device."""
    config = LlamaConfig(max_position_embeddings=8192, **SHAPES[shape])
    config.eos_token_id = config.bos_token_id = config.pad_token_id = None
    chosen = torch_device(device)
    torch.manual_seed(0)
    with chosen:
        lm = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, dtype))
    lm = lm.eval().requires_grad_(False)
    return Backbone(lm, load_tokenizer(str(tokenizer_dir)), str(chosen), dtype)
