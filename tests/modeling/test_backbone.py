"""Loading models: what works, and one clear message for everything that does not."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, T5Config, T5ForConditionalGeneration

from novelgen.errors import ModelError, UsageError
from novelgen.modeling import backbone as backbone_module
from novelgen.modeling.backbone import default_dtype, load_backbone, writing_dtype
from novelgen.modeling.device import torch_device
from tests.modeling.tiny_models import LmFactory


@pytest.fixture
def broken(model_dir: Path, tmp_path: Path) -> Path:
    """A copy of a good model folder, to be broken."""
    return shutil.copytree(model_dir, tmp_path / "broken")


def test_a_folder_is_loaded_quietly_in_eval_mode(
    model_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    backbone = load_backbone(model_dir, device="cpu")
    assert capfd.readouterr() == ("", "")
    assert not backbone.lm.training
    assert (backbone.device, backbone.dtype) == ("cpu", "float32")
    assert next(backbone.lm.parameters()).dtype == torch.float32


def test_the_dtype_asked_for_is_used(model_dir: Path) -> None:
    backbone = load_backbone(model_dir, "cpu", "bfloat16")
    assert backbone.dtype == "bfloat16"
    assert next(backbone.lm.parameters()).dtype == torch.bfloat16


def test_auto_chooses_for_the_device() -> None:
    assert default_dtype("cpu") == "float32"
    assert torch_device("auto").type in {"cpu", "cuda", "mps"}
    assert (default_dtype("auto") == "float32") is (torch_device("auto").type == "cpu")


@pytest.mark.parametrize("is_fast", [True, False])
def test_novels_are_written_in_bfloat16_where_that_is_fast(
    is_fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbone_module, "_is_quick_with_bfloat16", lambda: is_fast)
    assert writing_dtype("cpu") == ("bfloat16" if is_fast else "float32")


@pytest.mark.parametrize("device", ["gpu", "cuda:x"])
def test_an_unknown_device_is_refused(device: str) -> None:
    with pytest.raises(UsageError, match=device) as caught:
        torch_device(device)
    assert "--device" in caught.value.remedy and "NOVELGEN_DEVICE" in caught.value.remedy


def test_a_device_this_machine_lacks_is_refused() -> None:
    with pytest.raises(ModelError, match="cuda:97") as caught:
        torch_device("cuda:97")
    assert "--device" in caught.value.remedy and "NOVELGEN_DEVICE" in caught.value.remedy


def test_an_unknown_dtype_is_refused(model_dir: Path) -> None:
    with pytest.raises(UsageError, match="int4"):
        load_backbone(model_dir, "cpu", "int4")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("config.json", "config.json is missing"),
        ("model.safetensors", "no weights in safetensors"),
        ("tokenizer.json", "no tokenizer"),
    ],
)
def test_a_missing_file_is_named(broken: Path, file: str, message: str) -> None:
    (broken / file).unlink()
    with pytest.raises(ModelError, match=message) as caught:
        load_backbone(broken, "cpu")
    assert caught.value.remedy


def test_pickled_weights_are_not_touched(broken: Path) -> None:
    (broken / "model.safetensors").rename(broken / "pytorch_model.bin")
    with pytest.raises(ModelError, match="safetensors"):
        load_backbone(broken, "cpu")


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_file_is_reported(broken: Path, file: str) -> None:
    path = broken / file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match="could not be loaded") as caught:
        load_backbone(broken, "cpu")
    assert caught.value.remedy


def test_weights_of_another_shape_are_reported(broken: Path) -> None:
    config = json.loads((broken / "config.json").read_text())
    (broken / "config.json").write_text(json.dumps(config | {"hidden_size": 64}))
    with pytest.raises(ModelError):
        load_backbone(broken, "cpu")


def test_missing_weights_are_reported_not_made_up(broken: Path, make_lm: LmFactory) -> None:
    make_lm("llama").model.save_pretrained(broken)  # the body without its head
    with pytest.raises(ModelError, match=r"incomplete|no causal"):
        load_backbone(broken, "cpu")


@pytest.mark.parametrize("kind", ["encoder", "encoder-decoder"])
def test_a_model_that_cannot_write_on_is_refused(kind: str, broken: Path) -> None:
    model: Any
    if kind == "encoder":
        model = BertForMaskedLM(
            BertConfig(
                vocab_size=400,
                hidden_size=16,
                num_hidden_layers=1,
                num_attention_heads=2,
                intermediate_size=16,
            )
        )
    else:
        model = T5ForConditionalGeneration(
            T5Config(vocab_size=400, d_model=16, d_ff=16, d_kv=8, num_layers=1, num_heads=2)
        )
    model.save_pretrained(broken)
    with pytest.raises(ModelError, match="no causal language model"):
        load_backbone(broken, "cpu")


def test_code_from_a_repository_is_not_run(broken: Path, tmp_path: Path) -> None:
    config = json.loads((broken / "config.json").read_text())
    witness = tmp_path / "ran"
    (broken / "evil.py").write_text(f"open({str(witness)!r}, 'w').close()\n")
    config |= {
        "model_type": "evil",
        "auto_map": {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"},
    }
    (broken / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError):
        load_backbone(broken, "cpu")
    assert not witness.exists()


def test_a_path_that_is_no_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no folder with a model"):
        load_backbone(tmp_path / "nowhere", "cpu")


def test_too_little_memory_is_reported(model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_options: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9")

    monkeypatch.setattr(torch.nn.Module, "to", refuse)
    with pytest.raises(ModelError, match="does not fit"):
        load_backbone(model_dir, "cpu")
