"""Tiny real configurations of every supported family, and the prose their tokenizer reads."""

from collections.abc import Callable
from typing import Any

from transformers import (
    Gemma2Config,
    Gemma3TextConfig,
    GemmaConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    PhiConfig,
    Qwen2Config,
    Qwen3Config,
)

PROSE = (
    "The rain had stopped before dawn, and Marta walked down to the harbour. "
    "“You are late,” said the old man. He didn’t look up — he never did. "
    "A café stood open; its lamp was green, and naïve gulls cried over the nets. "
    "She counted the boats twice, then a third time, for one of them was missing. "
) * 4
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' "
    "+ message['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
# Small enough for milliseconds, wide enough in weights that no two logits are close.
_SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 256,
    "initializer_range": 0.25,
}
_GROUPED: dict[str, Any] = {**_SIZES, "num_key_value_heads": 2, "head_dim": 8}
_LAYERS = ["sliding_attention", "full_attention"]

CONFIGS: dict[str, Callable[[int], Any]] = {
    "llama": lambda size: LlamaConfig(vocab_size=size, **_GROUPED),
    "qwen2": lambda size: Qwen2Config(vocab_size=size, **{**_SIZES, "num_key_value_heads": 2}),
    "qwen3": lambda size: Qwen3Config(vocab_size=size, **_GROUPED),
    "gemma": lambda size: GemmaConfig(vocab_size=size, **_GROUPED),
    "gemma2": lambda size: Gemma2Config(
        vocab_size=size, sliding_window=12, layer_types=_LAYERS, **_GROUPED
    ),
    "gemma3": lambda size: Gemma3TextConfig(
        vocab_size=size, sliding_window=12, layer_types=_LAYERS, **_GROUPED
    ),
    "mistral": lambda size: MistralConfig(vocab_size=size, sliding_window=12, **_GROUPED),
    "phi": lambda size: PhiConfig(vocab_size=size, **_SIZES),
    "gpt2": lambda size: GPT2Config(
        vocab_size=size,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_positions=256,
        initializer_range=0.25,
        bos_token_id=None,
        eos_token_id=None,
    ),
    "gpt_neox": lambda size: GPTNeoXConfig(vocab_size=size, **_SIZES),
}
FAMILIES = sorted(CONFIGS)

LmFactory = Callable[[str], Any]
