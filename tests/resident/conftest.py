"""A tiny real model, and a resident process of its own for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from novelgen.modeling.fingerprints import compute_fingerprint
from novelgen.paths import Paths, resolve_paths
from novelgen.resident.control import stop_resident
from novelgen.resident.order import EngineOrder, FitQuestion
from tests.modeling.conftest import make_lm, tokenizer  # noqa: F401 - fixtures
from tests.modeling.tiny_models import CONFIGS

QUESTION = FitQuestion(1000, (1, 4), 768)
OrderOf = Callable[..., EngineOrder]


@pytest.fixture
def paths(home: Path) -> Iterator[Paths]:
    found = resolve_paths(home)
    yield found
    stop_resident(found)


@pytest.fixture(scope="session")
def tiny_model(tokenizer: Any, tmp_path_factory: Any) -> Path:  # noqa: F811
    """A tiny Llama with room for a brief, as a folder."""
    import torch
    from transformers import AutoModelForCausalLM

    config = CONFIGS["llama"](len(tokenizer))
    config.max_position_embeddings = 4096
    config.eos_token_id = tokenizer.eos_token_id
    torch.manual_seed(7)
    folder: Path = tmp_path_factory.mktemp("tiny")
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def order_of(tiny_model: Path) -> OrderOf:
    """Orders for the tiny model, with changes."""

    def order(**changes: Any) -> EngineOrder:
        fields: dict[str, Any] = {
            "model": "tiny",
            "directory": str(tiny_model),
            "fingerprint": compute_fingerprint(tiny_model),
            "adapter_dir": None,
            "adapter_stamp": "",
            "segment_size": 48,
            "brief_version": 1,
            "device": "cpu",
            "dtype": "float32",
            "quantization": "none",
            "placement": "one",
            "cuda_graphs": True,
        }
        return EngineOrder(**fields | changes)

    return order
