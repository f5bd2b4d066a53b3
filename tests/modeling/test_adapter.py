"""Adapter directories: a tiny adapter really trained, saved, loaded, damaged and refused."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from novelgen.errors import ModelError, StorageError
from novelgen.modeling import folders
from novelgen.modeling.adapter import (
    adapter_fingerprint,
    apply_adapter,
    describe_adapter,
    load_adapter,
    merge_adapter,
    save_adapter,
)
from novelgen.modeling.adapter_config import AdapterConfig, LoraSettings
from novelgen.modeling.causal_lm import unwrap_peft
from novelgen.modeling.lora import add_lora, lora_weights
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.token_batch import TokenBatch, pad_left
from tests.modeling.tiny_models import PROSE, LmFactory

MODEL = "a" * 64
LORA = {"rank": 4, "alpha": 8.0, "target_modules": ["q_proj"]}
TARGETS = {"llama": ("q_proj", "v_proj", "down_proj"), "gpt2": ("c_attn", "c_proj")}


def segments_of(tokenizer: Any) -> list[TokenBatch]:
    ids = tokenizer(PROSE, add_special_tokens=False)["input_ids"]
    return [pad_left([ids[start : start + 24]]) for start in (0, 24, 48)]


def train(model: RecurrentLM, segments: list[TokenBatch], steps: int) -> list[float]:
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-2)
    history = []
    for _ in range(steps):
        losses, _ = model(segments)
        optimizer.zero_grad()
        losses.mean().backward()
        optimizer.step()
        history.append(float(losses.mean().detach()))
    return history


def describe(model: RecurrentLM) -> AdapterConfig:
    return describe_adapter(model, "tiny", MODEL, segment_size=24, brief_version=1)


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def family(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def trained(family: str, make_lm: LmFactory, tokenizer: Any) -> RecurrentLM:
    lm = add_lora(make_lm(family), LoraSettings(4, 8.0, TARGETS[family]))
    model = add_memory(lm, 3, projection_rank=5)
    train(model, segments_of(tokenizer), steps=4)
    return model.eval()


@pytest.fixture
def saved(trained: RecurrentLM, tmp_path: Path) -> Path:
    save_adapter(trained, describe(trained), tmp_path / "adapter")
    return tmp_path / "adapter"


def round_lora(model: RecurrentLM) -> None:
    """LoRA is stored in bfloat16; the memory cell in float32."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(parameter.bfloat16())


def final_memory(model: RecurrentLM, segments: list[TokenBatch]) -> torch.Tensor:
    with torch.inference_mode():
        return model(segments)[1].clone()


def test_training_moves_the_memory_and_lora_and_nothing_else(
    family: str, make_lm: LmFactory, tokenizer: Any
) -> None:
    lm = add_lora(make_lm(family), LoraSettings(4, 8.0, TARGETS[family]))
    model = add_memory(lm, 3)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    losses = train(model, segments_of(tokenizer), steps=12)

    assert losses[-1] < losses[0] - 0.5
    moved = {
        name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])
    }
    parts = ("initial_memory", "write_embedding", "projection_up", "projection_down", "gate_logit")
    assert {f"cell.{part}" for part in parts} <= moved
    assert all(name.startswith("cell.") or "lora_" in name for name in moved)
    assert any("lora_A" in name for name in moved) and any("lora_B" in name for name in moved)


def test_a_loaded_adapter_makes_the_same_memory_to_the_last_bit(
    family: str, trained: RecurrentLM, saved: Path, make_lm: LmFactory, tokenizer: Any
) -> None:
    segments = segments_of(tokenizer)
    loaded = apply_adapter(make_lm(family), load_adapter(saved, MODEL)).eval()
    as_trained = final_memory(trained, segments)
    round_lora(trained)
    assert torch.equal(final_memory(loaded, segments), final_memory(trained, segments))
    torch.testing.assert_close(as_trained, final_memory(loaded, segments), atol=0.05, rtol=0.05)
    untrained = add_memory(make_lm(family), 3).eval()
    assert not torch.allclose(final_memory(loaded, segments), final_memory(untrained, segments))


def test_merged_weights_say_the_same_and_carry_no_lora(
    family: str, trained: RecurrentLM, saved: Path, make_lm: LmFactory, tokenizer: Any
) -> None:
    segments = segments_of(tokenizer)
    round_lora(trained)
    merged = merge_adapter(make_lm(family), load_adapter(saved, MODEL)).eval()
    assert isinstance(merged.lm, PreTrainedModel)
    assert not [name for name, _ in merged.named_parameters() if "lora" in name]
    torch.testing.assert_close(
        final_memory(merged, segments), final_memory(trained, segments), atol=1e-4, rtol=1e-4
    )


def test_the_directory_holds_safetensors_and_no_path_of_this_machine(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == [
        "adapter.json",
        "adapter_config.json",
        "adapter_model.safetensors",
        "memory.safetensors",
    ]
    assert str(saved.parent) not in (saved / "adapter_config.json").read_text()
    assert [path.name for path in saved.parent.iterdir()] == ["adapter"], "no staging folder left"


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_peft_itself_can_read_the_lora(
    family: str, trained: RecurrentLM, saved: Path, make_lm: LmFactory
) -> None:
    from peft import PeftModel

    model = PeftModel.from_pretrained(make_lm(family), saved)
    for name, tensor in lora_weights(model).items():
        assert torch.equal(tensor, lora_weights(trained.lm)[name].bfloat16().float())


def test_an_adapter_without_lora_is_memory_alone(
    make_lm: LmFactory, tokenizer: Any, tmp_path: Path
) -> None:
    model = add_memory(make_lm("llama"), 2).eval()
    save_adapter(model, describe(model), tmp_path / "plain")
    assert not (tmp_path / "plain" / "adapter_model.safetensors").exists()
    loaded = apply_adapter(make_lm("llama"), load_adapter(tmp_path / "plain", MODEL)).eval()
    segments = segments_of(tokenizer)
    assert torch.equal(final_memory(loaded, segments), final_memory(model, segments))
    assert unwrap_peft(loaded.lm) is loaded.lm


def test_saving_again_replaces_the_whole_directory(
    trained: RecurrentLM, saved: Path, make_lm: LmFactory
) -> None:
    (saved / "stale.txt").write_text("from before")
    with torch.no_grad():
        trained.cell.gate_logit.add_(1)  # type: ignore[union-attr]
    save_adapter(trained, describe(trained), saved)
    assert not (saved / "stale.txt").exists()
    loaded = load_adapter(saved, MODEL)
    assert torch.equal(loaded.memory["gate_logit"], trained.cell.gate_logit)  # type: ignore[union-attr]
    assert [path.name for path in saved.parent.iterdir()] == ["adapter"]


def test_a_failed_save_leaves_the_old_adapter_and_nothing_else(
    trained: RecurrentLM, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def full_disk(*_args: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "save_file", full_disk)
    with pytest.raises(StorageError, match="No space left"):
        save_adapter(trained, describe(trained), saved)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert [path.name for path in saved.parent.iterdir()] == ["adapter"]


def test_the_old_adapter_comes_back_when_the_new_one_cannot_be_put_in_place(
    trained: RecurrentLM, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    replace = Path.replace

    def refuse_the_new_one(self: Path, target: Path) -> Path:
        if target == saved and not self.parent.name.startswith(".adapter-old-"):
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_the_new_one)
    with pytest.raises(StorageError, match="Permission denied"):
        save_adapter(trained, describe(trained), saved)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert [path.name for path in saved.parent.iterdir()] == ["adapter"]


def test_a_folder_of_other_things_is_not_replaced(trained: RecurrentLM, tmp_path: Path) -> None:
    (tmp_path / "thesis.md").write_text("precious")
    with pytest.raises(StorageError, match="no adapter"):
        save_adapter(trained, describe(trained), tmp_path)
    assert (tmp_path / "thesis.md").read_text() == "precious"


def test_a_model_with_neither_memory_nor_lora_has_no_adapter(
    make_lm: LmFactory, tmp_path: Path
) -> None:
    model = add_memory(make_lm("llama"), 0)
    with pytest.raises(ModelError, match="without memory and without LoRA"):
        save_adapter(model, describe(model), tmp_path / "none")
    assert not list(tmp_path.iterdir())


def test_a_control_is_lora_alone(
    family: str, make_lm: LmFactory, tokenizer: Any, tmp_path: Path
) -> None:
    control = RecurrentLM(add_lora(make_lm(family), LoraSettings(4, 8.0, TARGETS[family])))
    segments = segments_of(tokenizer)
    train(control, segments, steps=4)
    save_adapter(control, describe(control), tmp_path / "control")
    assert not (tmp_path / "control" / "memory.safetensors").exists()
    adapter = load_adapter(tmp_path / "control", MODEL)
    assert (adapter.config.num_mem_tokens, adapter.config.projection_rank) == (0, 0)
    assert not adapter.memory
    loaded = apply_adapter(make_lm(family), adapter)
    assert loaded.cell is None
    round_lora(control)
    with torch.inference_mode():
        assert torch.equal(loaded(segments)[0], control(segments)[0])


@pytest.mark.parametrize(
    "name", ["adapter.json", "memory.safetensors", "adapter_model.safetensors"]
)
def test_missing_and_damaged_files_are_named(saved: Path, name: str, tmp_path: Path) -> None:
    damaged = shutil.copytree(saved, tmp_path / "damaged")
    content = (damaged / name).read_bytes()
    (damaged / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="damaged"):
        load_adapter(damaged, MODEL)
    (damaged / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing") as caught:
        load_adapter(damaged, MODEL)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "novelgen-adapter-9"}, "novelgen-adapter-9"),
        ({"layout": "prose-first"}, "prose-first"),
        ({"num_mem_tokens": -1}, "num_mem_tokens is -1"),
        ({"num_mem_tokens": 0, "lora": None}, "neither memory nor LoRA"),
        ({"projection_rank": 0}, "projection_rank is 0"),
        ({"num_mem_tokens": 4}, "its config needs"),
        ({"hidden_size": 16}, r"is .*32.*, its config needs .*16"),
        ({"segment_size": "long"}, "segment_size"),
        ({"brief_version": None}, "brief_version"),
        ({"segment_size": 1}, "segment_size is 1"),
        ({"hidden_size": 10**30}, "hidden_size is 1000"),
        ({"lora": {"rank": 4}}, "missing"),
        ({"lora": LORA | {"rank": 0}}, "damaged: rank is 0"),
        ({"lora": LORA | {"rank": 10**9}}, "damaged: rank is 1000000000"),
        ({"lora": LORA | {"alpha": float("nan")}}, "alpha is nan"),
        ({"lora": LORA | {"alpha": float("inf")}}, "alpha is inf"),
        ({"lora": LORA | {"target_modules": []}}, "target_modules is empty"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(
    saved: Path, changes: dict[str, Any], message: str
) -> None:
    path = saved / "adapter.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ModelError, match=message):
        load_adapter(saved, MODEL)


def test_another_model_is_refused(saved: Path) -> None:
    with pytest.raises(ModelError, match="another model: tiny"):
        load_adapter(saved, "b" * 64)


def test_another_hidden_size_is_refused(
    trained: RecurrentLM, saved: Path, family: str, make_lm: LmFactory
) -> None:
    adapter = load_adapter(saved, MODEL)
    wide = dataclasses.replace(adapter, config=dataclasses.replace(adapter.config, hidden_size=64))
    with pytest.raises(ModelError, match="hidden size 64, the model 32"):
        apply_adapter(make_lm(family), wide)


def test_lora_for_other_layers_is_refused(saved: Path, make_lm: LmFactory, family: str) -> None:
    other = {"llama": "gpt2", "gpt2": "llama"}[family]
    with pytest.raises(ModelError, match="LoRA does not fit"):
        apply_adapter(make_lm(other), load_adapter(saved, MODEL))
    path = saved / "adapter_model.safetensors"
    weights = load_file(path)
    weights.pop(sorted(weights)[0])
    save_file(weights, path)
    with pytest.raises(ModelError, match="does not fit the model's layers"):
        apply_adapter(make_lm(family), load_adapter(saved, MODEL))


@pytest.mark.parametrize("name", ["memory.safetensors", "adapter_model.safetensors"])
def test_undefined_weights_are_refused(saved: Path, name: str) -> None:
    weights = load_file(saved / name)
    next(tensor for tensor in weights.values() if tensor.ndim).view(-1)[0] = float("nan")
    save_file(weights, saved / name)
    with pytest.raises(ModelError, match="undefined numbers"):
        load_adapter(saved, MODEL)


def test_undefined_weights_are_not_saved(trained: RecurrentLM, tmp_path: Path) -> None:
    with torch.no_grad():
        trained.cell.initial_memory[0, 0] = float("inf")  # type: ignore[union-attr]
    with pytest.raises(ModelError, match="initial_memory"):
        save_adapter(trained, describe(trained), tmp_path / "bad")
    assert not list(tmp_path.glob("*bad*"))


def test_the_fingerprint_counts_all_that_matters_and_nothing_else(
    trained: RecurrentLM, saved: Path
) -> None:
    first = adapter_fingerprint(load_adapter(saved, MODEL), 24, 1)
    save_adapter(trained, describe(trained), saved)
    loaded = load_adapter(saved, MODEL)
    assert adapter_fingerprint(loaded, 24, 1) == first
    reordered = dataclasses.replace(loaded, memory=dict(reversed(list(loaded.memory.items()))))
    assert adapter_fingerprint(reordered, 24, 1) == first

    name = sorted(loaded.lora)[0]
    changed_lora = {**loaded.lora, name: loaded.lora[name] + 1e-3}
    changed_memory = {**loaded.memory, "gate_logit": loaded.memory["gate_logit"] + 1e-3}
    changed_config = dataclasses.replace(loaded.config, layout="another")
    others = [
        adapter_fingerprint(dataclasses.replace(loaded, lora=changed_lora), 24, 1),
        adapter_fingerprint(dataclasses.replace(loaded, memory=changed_memory), 24, 1),
        adapter_fingerprint(dataclasses.replace(loaded, config=changed_config), 24, 1),
        adapter_fingerprint(loaded, 25, 1),
        adapter_fingerprint(loaded, 24, 2),
        adapter_fingerprint(None, 24, 1),
        adapter_fingerprint(None, 25, 1),
        adapter_fingerprint(None, 24, 2),
        first,
    ]
    assert len(set(others)) == len(others)
    assert all(len(fingerprint) == 64 for fingerprint in others)
