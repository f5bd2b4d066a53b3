"""Weights kept as int8 by torchao: what becomes of them, of words, of memory, and of refusals."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from novelgen.engine.memory import memory_values
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling import decoders, weight_quantization
from novelgen.modeling.adapter import describe_adapter, load_adapter, merge_adapter, save_adapter
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.fused.families import quantizes_in_place
from novelgen.modeling.lora import add_lora
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.token_batch import pad_left
from novelgen.modeling.torch_engine import TorchEngine, load_torch_engine
from novelgen.modeling.weight_quantization import (
    int4_group,
    is_quantized,
    quantize_weights,
    require_quantizable,
    stored_bytes,
)
from novelgen.modeling.writing_model import ModelSettings, load_writing_model
from tests.modeling.tiny_models import FAMILIES, PROSE, LmFactory

pytest.importorskip("torchao")
CPU = torch.device("cpu")
OTHERS = sorted(set(FAMILIES) - {"llama", "mistral", "qwen2", "qwen3"})
LORA_TARGETS = {"gpt2": ("c_attn",), "gpt_neox": ("query_key_value",)}

# Another interpreter quantises a model and says the name of what holds, and nothing else.
FRESH_PROCESS = """
import sys
from pathlib import Path
from novelgen.modeling.torch_engine import load_torch_engine

engine = load_torch_engine(
    Path(sys.argv[1]), "tiny", "c" * 64, 24, 1, device="cpu", dtype="float32", quantization="int8"
)
print(engine.info.quantization)
"""


def load(model_dir: Path, adapter_dir: Path | None = None, **changes: Any) -> TorchEngine:
    options: dict[str, Any] = {"device": "cpu", "dtype": "float32", "quantization": "int8"}
    return load_torch_engine(
        model_dir, "tiny", "c" * 64, 24, 1, adapter_dir=adapter_dir, **options | changes
    )


def saved(family: str, make_lm: LmFactory, tokenizer: Any, folder: Path) -> Path:
    make_lm(family).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_trained_like(lm: nn.Module, family: str, folder: Path) -> Path:
    """An adapter whose LoRA changes every word."""
    targets = LORA_TARGETS.get(family, ("q_proj",))
    model = add_memory(add_lora(lm, LoraSettings(4, 8.0, targets)), 4, projection_rank=8)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.3)
    save_adapter(model, describe_adapter(model, "tiny", "c" * 64, 24, 1), folder)
    return folder


@pytest.mark.parametrize("family", FAMILIES)
def test_linear_layers_alone_are_quantised_and_logits_stay_close(
    family: str, make_lm: LmFactory
) -> None:
    lm, whole = make_lm(family), make_lm(family)
    assert quantize_weights(lm, "int8")
    assert is_quantized(lm) and not is_quantized(whole)
    ids = torch.arange(20, 60)[None]
    with torch.inference_mode():
        found, expected = lm(ids).logits, whole(ids).logits
    difference = (found - expected).abs().max() / (expected.max() - expected.min())
    assert 0 < difference < 0.05
    whole_matrices = [
        module
        for module in lm.modules()
        if type(getattr(module, "weight", None)) is nn.Parameter and module.weight.ndim == 2
    ]
    head = lm.get_output_embeddings()
    assert head in whole_matrices
    assert all(isinstance(m, nn.Embedding) for m in whole_matrices if m is not head)


def test_stored_bytes_count_the_integers_and_scales(make_lm: LmFactory) -> None:
    lm = make_lm("llama")
    before = stored_bytes(lm)
    assert before == sum(p.numel() * 4 for p in lm.parameters())
    layers = [m for m in lm.model.modules() if isinstance(m, nn.Linear)]
    saving = sum(3 * m.weight.numel() - 4 * m.out_features for m in layers)
    quantize_weights(lm, "int8")
    zero_points = sum(m.out_features for m in layers)
    assert stored_bytes(lm) == before - saving + zero_points


def test_a_second_time_changes_nothing(make_lm: LmFactory) -> None:
    lm = make_lm("gemma")
    quantize_weights(lm, "int8")
    first = list(lm.parameters())
    assert quantize_weights(lm, "int8")
    assert all(one is other for one, other in zip(first, lm.parameters(), strict=True))


@pytest.mark.parametrize("family", ["gemma3", "gpt2", "gpt_neox"])
def test_lora_is_merged_before_the_weights_are_quantised(
    family: str, make_lm: LmFactory, tokenizer: Any, tmp_path: Path
) -> None:
    model_dir = saved(family, make_lm, tokenizer, tmp_path / "model")
    adapter_dir = save_trained_like(make_lm(family), family, tmp_path / "adapter")
    adapter = load_adapter(adapter_dir, "c" * 64)
    settings = ModelSettings("cpu", "float32", "int8")
    _backbone, model = load_writing_model(model_dir, adapter, settings)
    merged = merge_adapter(make_lm(family), adapter)
    quantize_weights(merged.lm, "int8")
    ids = pad_left([list(range(20, 44))])
    with torch.inference_mode():
        memory = model.initial_memory()
        assert torch.equal(model.write(memory, ids), merged.write(memory, ids))
        unmerged = RecurrentLM(make_lm(family), merged.cell)
        quantize_weights(unmerged.lm, "int8")
        assert not torch.equal(model.write(memory, ids), unmerged.write(memory, ids))


def test_the_engine_says_that_memory_too_is_written_with_int8(
    make_lm: LmFactory, tokenizer: Any, tmp_path: Path
) -> None:
    model_dir = saved("gemma3", make_lm, tokenizer, tmp_path / "model")
    adapter_dir = save_trained_like(make_lm("gemma3"), "gemma3", tmp_path / "adapter")
    whole = load(model_dir, adapter_dir, quantization="auto")
    quantized = load(model_dir, adapter_dir)
    assert (whole.info.quantization, quantized.info.quantization) == ("none", "int8-weights")
    states = [e.write(e.initial_memory(), PROSE[:80]) for e in (whole, quantized)]
    expected, found = map(memory_values, states)
    assert abs(found - expected).max() < 0.2 * abs(expected).max()
    assert states[0].data != states[1].data
    for memory in (quantized.initial_memory(), None):  # the plain model is quantised as well
        request = DecodeRequest(
            memory, "", PROSE[:60], SamplingParams(), (stream_key(1, "prose", [0]),), 12
        )
        first, again = (quantized.decode(request).candidates for _ in range(2))
        assert first == again
        assert first[0].num_tokens > 0


def test_fused_families_keep_whole_weights_on_a_processor(model_dir: Path) -> None:
    engine = load(model_dir)
    assert engine.info.quantization == "int8"
    assert not is_quantized(engine._model.lm)


def test_a_family_the_fused_step_refuses_after_all_is_quantised_in_place(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "fused_decoder", lambda *_arguments: None)
    assert load(model_dir).info.quantization == "int8-weights"
    assert load(model_dir, quantization="auto").info.quantization == "none"
    monkeypatch.setattr("novelgen.modeling.weight_quantization.has_torchao", lambda: False)
    with pytest.raises(ModelError, match="torchao"):
        load(model_dir)


@pytest.mark.parametrize(
    ("quantization", "family", "device", "expected"),
    [
        ("auto", "gemma", "cuda", False),
        ("none", "gemma", "cuda", False),
        ("int8", "llama", "cpu", False),
        ("int8", "llama", "cuda", True),
        ("int8", "gemma", "cpu", True),
        ("int8", "llama", "mps", True),
        ("int4", "llama", "cpu", True),
    ],
)
def test_where_weights_change(quantization: str, family: str, device: str, expected: bool) -> None:
    assert quantizes_in_place(quantization, family, device) is expected


def test_int4_is_refused_where_torchao_has_none(tmp_path: Path, model_dir: Path) -> None:
    with pytest.raises(UsageError, match="CUDA") as refused:
        load(model_dir, quantization="int4")
    assert "int8" in refused.value.remedy
    with pytest.raises(UsageError, match="bfloat16"):
        require_quantizable("int4", torch.device("cuda"), "float32")


def test_without_torchao_the_message_says_how_to_get_it(
    make_lm: LmFactory, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_dir = saved("gemma", make_lm, tokenizer, tmp_path)
    monkeypatch.setattr(weight_quantization, "has_torchao", lambda: False)
    with pytest.raises(ModelError, match="torchao") as missing:
        load(model_dir)
    assert "pip install" in missing.value.remedy
    assert load(model_dir, quantization="auto").info.quantization == "none"


def test_int4_groups_divide_the_inputs() -> None:
    assert [int4_group(n) for n in (4096, 576, 96, 48)] == [128, 64, 32, None]


def test_nothing_reaches_the_terminal(make_lm: LmFactory, tokenizer: Any, tmp_path: Path) -> None:
    model_dir = saved("gemma", make_lm, tokenizer, tmp_path)
    result = subprocess.run(
        [sys.executable, "-c", FRESH_PROCESS, str(model_dir)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert (result.stdout, result.stderr) == ("int8-weights\n", "")
