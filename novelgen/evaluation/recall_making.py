"""From a folder of books to a folder with the small recall backbone.

Trains the tokenizer, then the model; of the books only merges and weights remain.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from novelgen.evaluation.recall_curriculum import RecallTrainingConfig
from novelgen.evaluation.recall_model import (
    encode_with,
    save_recall_model,
    train_tokenizer,
)
from novelgen.evaluation.recall_noise import TRAINING_NOISE_SEED, Encode, read_noise
from novelgen.evaluation.recall_tasks import vocabulary_sentences
from novelgen.evaluation.recall_training import OnStep, train_recall
from novelgen.modeling.folders import held_free, require_free
from novelgen.text.books import find_books

# Characters of every book that the tokenizer is trained on.
_EXCERPT_START, _EXCERPT_END = 20_000, 60_000
_SCRIPTED_SHARE = 0.15
"""Of the books' tokens."""


def make_recall_model(
    config: RecallTrainingConfig, corpus: Path, directory: Path, on_step: OnStep
) -> dict[str, Any]:
    """Train on the books of `corpus` and write the model's folder; returns `training.json`.

    Raises `NotFoundError` for a folder without books, `UsageError` when `directory` holds
    something already or another process is making it, `StorageError` when the disk refuses.
    """
    require_free(directory)
    started = time.perf_counter()
    books = [
        {"name": book.name, "sha256": book.sha256}
        for book in (file.read() for file in find_books(corpus))
    ]
    with held_free(directory):
        return _make(config, corpus, directory, books, started, on_step)


def _make(
    config: RecallTrainingConfig,
    corpus: Path,
    directory: Path,
    books: list[dict[str, str]],
    started: float,
    on_step: OnStep,
) -> dict[str, Any]:
    tokenizer = train_tokenizer(_tokenizer_texts(corpus), config.model.vocabulary_size)
    noise = training_noise(corpus, encode_with(tokenizer))
    model, last = train_recall(config, tokenizer, noise, on_step)
    document = {
        "command": f"novelgen train-recall --corpus BOOKS --output DIR --seed {config.seed}",
        "config": config.as_json(),
        "books": books,
        "noise_tokens": len(noise),
        "steps": last.step,
        "tokens": last.tokens,
        "seconds": round(time.perf_counter() - started, 1),
        "training_accuracy": last.accuracy,
    }
    save_recall_model(model, tokenizer, document, directory)
    return document


def training_noise(corpus: Path, encode: Encode) -> Tensor:
    """The tokens of the corpus and a good share of scripted text, which looks much like facts."""
    scripted = read_noise(None, encode, TRAINING_NOISE_SEED)
    books = read_noise(corpus, encode)
    return torch.cat(
        [books, scripted.repeat(max(1, round(_SCRIPTED_SHARE * len(books) / len(scripted))))]
    )


def _tokenizer_texts(corpus: Path) -> Iterator[str]:
    for file in find_books(corpus):
        yield file.read().prose[_EXCERPT_START:_EXCERPT_END]
    yield from (f" {sentence}" for sentence in vocabulary_sentences())
