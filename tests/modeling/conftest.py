"""Tiny real models of every supported family, and a tiny real tokenizer they share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from tests.modeling.tiny_models import CHAT_TEMPLATE, CONFIGS, PROSE, LmFactory


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    """A byte-level BPE with two control tokens, an end token and a chat template."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator([PROSE], trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|im_end|>",
        unk_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


@pytest.fixture(scope="session")
def make_lm(tokenizer: Any) -> LmFactory:
    """A fresh tiny language model of a family, with the same random weights every time."""

    def make(family: str) -> Any:
        config = CONFIGS[family](len(tokenizer))
        config.eos_token_id = tokenizer.eos_token_id
        config.pad_token_id = None
        config.bos_token_id = None
        torch.manual_seed(7)
        return AutoModelForCausalLM.from_config(config).eval()

    return make


@pytest.fixture(scope="session")
def model_dir(make_lm: LmFactory, tokenizer: Any, tmp_path_factory: Any) -> Path:
    """A folder with a tiny Llama and its tokenizer, as a person would have it."""
    folder: Path = tmp_path_factory.mktemp("model")
    make_lm("llama").save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Matrices this small only wait for each other when they are shared out."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
