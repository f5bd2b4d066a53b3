"""A tiny model with a fresh memory, as a bench loads one."""

from typing import Any

import pytest
import torch

from novelgen.bench.loading import BenchModel
from novelgen.modeling.backbone import Backbone
from novelgen.modeling.compiled import fused_decoder
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.tokenization import Tokenization
from tests.modeling.conftest import make_lm, model_dir, tokenizer  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def loaded(make_lm: Any, tokenizer: Any) -> BenchModel:  # noqa: F811
    torch.manual_seed(0)
    model = add_memory(make_lm("llama"), 3).eval()
    decoder = fused_decoder(model, "int8")
    assert decoder is not None
    backbone = Backbone(model.lm, tokenizer, "cpu", "float32")
    return BenchModel(model, Tokenization(tokenizer), decoder, backbone, "int8", 24, 1000)
