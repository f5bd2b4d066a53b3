"""Counts as the engine of a model counts, by its tokenizer and chat template alone. Loads no torch.

Guarantees the numbers and prompts of the engine that loads the weights: both use the same tokenizer
in the same way.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from novelgen.engine.counting import CountingEngine
from novelgen.engine.values import ChatMessage, EngineInfo
from novelgen.errors import ModelError
from novelgen.modeling.chat import render_chat
from novelgen.modeling.quiet import quiet_libraries
from novelgen.modeling.tokenization import Tokenization

_TOKENIZERS_KEPT = 2
_one_at_a_time = threading.Lock()
"""How a tokenizer treats special tokens is a state of it."""


@lru_cache(maxsize=_TOKENIZERS_KEPT)
def tokenization_in(directory: Path) -> Tokenization:
    """The tokenizer of a model's folder. Raises `ModelError` for one that cannot be read."""
    with quiet_libraries():
        from transformers import PreTrainedTokenizerFast  # AutoTokenizer brings torch along

        try:
            found = PreTrainedTokenizerFast.from_pretrained(directory, local_files_only=True)
            return Tokenization(found)
        except (OSError, ValueError, TypeError, KeyError, ImportError, AttributeError) as error:
            raise ModelError(
                f"The tokenizer in {directory} cannot be read: {error}",
                "Fetch the model again with `novelgen models pull`.",
            ) from error


def counting_engine(tokenization: Tokenization, info: EngineInfo) -> CountingEngine:
    """An engine that counts with a tokenizer."""

    def count(text: str) -> int:
        with _one_at_a_time:
            return len(tokenization.prose_ids(text))

    def count_prompt(brief: str, tail: str) -> int:
        with _one_at_a_time:
            ids = tokenization.prompt_ids(brief) + tokenization.prose_ids(tail)
            # With memory, its slots stand where a text begins; so it is in training.
            return len(ids if info.num_mem_tokens else tokenization.with_start(ids))

    def render(messages: Sequence[ChatMessage], reply_start: str) -> str:
        with _one_at_a_time:
            return render_chat(tokenization, messages, reply_start)

    return CountingEngine(info, count, count_prompt, render if info.has_chat_template else None)
