"""A model in several places: accelerate's hooks, layers on the disk, and the same words."""

from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import cpu_offload

from novelgen.engine.memory import memory_values
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, DecodeResult, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.adapter import describe_adapter, load_adapter, merge_adapter, save_adapter
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.decoders import decoder_for
from novelgen.modeling.lora import add_lora
from novelgen.modeling.placed_weights import computing_device, is_spread
from novelgen.modeling.placement import DeviceMap, Placement
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.stepping import PlainDecoder
from novelgen.modeling.torch_engine import TorchEngine, load_torch_engine
from tests.modeling.tiny_models import PROSE, LmFactory

MODEL = "c" * 64
# Every kind of part lies once beside the processor and once on the disk, the embedding included.
MAPS: dict[str, DeviceMap] = {
    "first half waits": {
        "model.embed_tokens": "disk", "model.rotary_emb": "cpu", "model.layers.0": "disk",
        "model.layers.1": "cpu", "model.norm": "cpu", "lm_head": "cpu",
    },
    "second half waits": {
        "model.embed_tokens": "cpu", "model.rotary_emb": "cpu", "model.layers.0": "cpu",
        "model.layers.1": "disk", "model.norm": "disk", "lm_head": "disk",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def adapter_dir(make_lm: LmFactory, tmp_path_factory: Any) -> Path:
    """A memory with LoRA in both layers, strong enough to change every word."""
    torch.manual_seed(11)
    model = add_memory(
        add_lora(make_lm("llama"), LoraSettings(4, 8.0, ("q_proj", "down_proj"))), 4, 8
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.3)
    directory: Path = tmp_path_factory.mktemp("placed") / "adapter"
    save_adapter(model, describe_adapter(model, "tiny", MODEL, 24, 1), directory)
    return directory


def load(model_dir: Path, adapter_dir: Path | None, **changes: Any) -> TorchEngine:
    options: dict[str, Any] = {"device": "cpu", "dtype": "float32", "quantization": "none"}
    return load_torch_engine(
        model_dir, "tiny", MODEL, 24, 1, adapter_dir=adapter_dir, **options | changes
    )


def draw(engine: TorchEngine, has_memory: bool = True) -> DecodeResult:
    memory = engine.write(engine.initial_memory(), PROSE[:90]) if has_memory else None
    keys = tuple(stream_key(1, "prose", [row]) for row in range(3))
    # Rows end at different times, so that caches are cut.
    request = DecodeRequest(
        memory, "", PROSE[:60], SamplingParams(), keys, 40, stop_strings=("e", "x")
    )
    return engine.decode(request)


@pytest.mark.parametrize("parts", MAPS.values(), ids=MAPS)
def test_a_model_in_parts_draws_the_same_words_and_writes_the_same_memory(
    model_dir: Path, adapter_dir: Path, parts: DeviceMap
) -> None:
    whole = load(model_dir, adapter_dir)
    split = load(model_dir, adapter_dir, placement="split", device_map=parts)
    assert (whole.info.device, split.info.device) == ("cpu", "cpu, disk")
    for has_memory in (True, False):  # False is the plain model, placed the same way
        expected, found = draw(whole, has_memory).candidates, draw(split, has_memory).candidates
        assert [row.text for row in found] == [row.text for row in expected]
        assert len({row.num_tokens for row in found}) > 1
    states = [e.write(e.initial_memory(), PROSE[:90]) for e in (whole, split)]
    assert memory_values(states[1]) == pytest.approx(memory_values(states[0]), abs=1e-5)
    scores = [e.scores(states[0], "", PROSE[:40], [PROSE[40:90]])[0] for e in (whole, split)]
    assert scores[1] == pytest.approx(scores[0], abs=1e-5)


def test_weights_that_wait_in_memory_are_merged_too(
    model_dir: Path, adapter_dir: Path, make_lm: LmFactory
) -> None:
    """As beside a GPU that is too small; the GPU's part is played by the processor."""
    adapter = load_adapter(adapter_dir, MODEL)
    waiting = cpu_offload(make_lm("llama"), execution_device="cpu")
    assert computing_device(waiting.get_input_embeddings()).type == "cpu"
    model = merge_adapter(waiting, adapter).eval()
    expected = merge_adapter(make_lm("llama"), adapter).eval()
    ids = torch.arange(20, 44)[None]
    with torch.inference_mode():
        assert torch.equal(model.lm(ids).logits, expected.lm(ids).logits)
        assert not torch.equal(model.lm(ids).logits, make_lm("llama")(ids).logits)
    assert model.device.type == "cpu"


def test_a_model_in_parts_is_never_packed_or_recorded(model_dir: Path) -> None:
    parts = MAPS["second half waits"]
    lm = load_backbone(model_dir, "cpu", "float32", Placement.SPLIT, parts).lm
    assert is_spread(lm)
    decoder, quantization = decoder_for(RecurrentLM(lm), "auto")
    assert isinstance(decoder, PlainDecoder)
    assert quantization == "none"
    assert not is_spread(load_backbone(model_dir, "cpu", "float32").lm)


def test_what_does_not_wait_is_quantised(model_dir: Path, adapter_dir: Path) -> None:
    pytest.importorskip("torchao")
    parts = MAPS["second half waits"]
    options = {"placement": "split", "device_map": parts}
    engine = load(model_dir, adapter_dir, quantization="int8", **options)
    assert engine.info.quantization == "int8-weights"
    whole = load(model_dir, adapter_dir, **options)
    assert draw(engine).candidates == draw(engine).candidates
    difference = [draw(e).candidates[0].mean_logprob for e in (engine, whole)]
    assert difference[0] == pytest.approx(difference[1], abs=1.0)
    assert difference[0] != difference[1]


def test_layers_that_would_be_read_from_the_disk_for_every_token_are_refused(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What accelerate answers on a machine with too little memory.
    monkeypatch.setattr(
        "transformers.modeling_utils._get_device_map",
        lambda *_arguments, **_options: MAPS["second half waits"],
    )
    with pytest.raises(ModelError, match="does not fit"):
        load_backbone(model_dir, "cpu", "float32", Placement.SPLIT)


def test_tensor_needs_torchrun(model_dir: Path) -> None:
    with pytest.raises(UsageError, match="several processes") as refused:
        load(model_dir, None, placement="tensor")
    assert "torchrun" in refused.value.remedy
