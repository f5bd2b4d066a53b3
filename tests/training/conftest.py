"""A tiny real model with room for a brief, its tokenizer, and a corpus of tiny books."""

from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from transformers import AutoModelForCausalLM

from novelgen.modeling.tokenization import Tokenization
from novelgen.text.books import Book
from novelgen.training.corpus import read_corpus
from novelgen.training.model_building import Base
from tests.evaluation.tiny_books import write_books
from tests.modeling.conftest import _one_thread, _seeded, make_lm, tokenizer
from tests.modeling.tiny_models import CONFIGS
from tests.training.tiny_training import TINY, base_of

__all__ = ["_one_thread", "_seeded", "make_lm", "tokenizer"]


@pytest.fixture(scope="session")
def model_dir(tokenizer: Any, tmp_path_factory: Any) -> Path:
    """A folder with a tiny Llama that reads 1,024 tokens, and its tokenizer."""
    config = CONFIGS["llama"](len(tokenizer))
    config.max_position_embeddings = 1024
    config.eos_token_id = tokenizer.eos_token_id
    torch.manual_seed(7)
    folder: Path = tmp_path_factory.mktemp("model")
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: Any) -> Path:
    """A folder with three books of some thousand characters."""
    folder: Path = tmp_path_factory.mktemp("corpus")
    write_books(folder, ["ann-ash_the-amber-lamp.md", "birch.txt", "old_cedar.md"])
    return folder


@pytest.fixture
def books(corpus: Path) -> list[Book]:
    return read_corpus(corpus, TINY.max_window_chars)


@pytest.fixture
def tokenization(tokenizer: Any) -> Tokenization:
    return Tokenization(tokenizer)


@pytest.fixture
def accelerator() -> Accelerator:
    return Accelerator(cpu=True)


@pytest.fixture
def base(model_dir: Path) -> Base:
    return base_of(model_dir)
