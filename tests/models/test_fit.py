"""Whether a model fits, from headers alone, and how that is said."""

import json
import os
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from novelgen.errors import ModelError, UsageError
from novelgen.modeling import device, fit
from novelgen.modeling.device import Device, DeviceKind, describe_device
from novelgen.modeling.fit import Verdict, assess
from novelgen.modeling.placement import Placement


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives the machine a device with so much memory free."""

    def give(free: int, kind: DeviceKind = DeviceKind.CPU) -> None:
        chosen = Device(kind, "a device", 64_000_000_000, free)
        monkeypatch.setattr(fit, "describe_device", lambda wanted: chosen)
        monkeypatch.setattr(fit, "describe_all_devices", lambda wanted: chosen)

    return give


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives the machine CUDA cards with so much memory free each, beside its own memory."""

    def give(memory: int, *free: int) -> None:
        found = [Device(DeviceKind.CUDA, "a card", 80_000_000_000, each) for each in free]
        monkeypatch.setattr(fit, "describe_device", lambda wanted: found[0])
        monkeypatch.setattr(device, "cuda_cards", lambda: found)
        monkeypatch.setattr(device, "machine_memory", lambda: (memory, memory))
        monkeypatch.setattr(fit, "machine_memory", lambda: (memory, memory))

    return give


def test_sizes_are_exact(model_dir: Path, tiny_llama: Any, machine: Any) -> None:
    machine(free=8_000_000_000)
    config = tiny_llama.config
    report = assess(model_dir, "float32", 1000, context_size=100, candidates=3)
    assert report.parameters == sum(p.numel() for p in tiny_llama.parameters())
    assert report.weight_bytes == 4 * report.parameters
    head_dim = config.hidden_size // config.num_attention_heads
    per_token = 2 * config.num_hidden_layers * config.num_key_value_heads * head_dim * 4
    assert report.kv_cache_bytes == (3 + 1) * 100 * per_token
    assert report.needed_bytes > report.weight_bytes + report.kv_cache_bytes
    half = assess(model_dir, "bfloat16", 1000, context_size=100, candidates=3)
    assert 2 * half.weight_bytes == report.weight_bytes
    assert 2 * half.kv_cache_bytes == report.kv_cache_bytes


def test_the_context_defaults_to_the_models_own(model_dir: Path, tiny_llama: Any) -> None:
    longest = tiny_llama.config.max_position_embeddings
    assert assess(model_dir, "float32", 1000).context_size == longest


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(100_000_000, Verdict.DOES_NOT_FIT), (650_000_000, Verdict.TIGHT), (10**10, Verdict.FITS)],
)
def test_the_verdict_follows_the_free_memory(
    model_dir: Path, machine: Any, free: int, verdict: Verdict
) -> None:
    machine(free)
    report = assess(model_dir, "float32", 1000)
    assert report.verdict is verdict
    assert bool(report.remedy) is (verdict is not Verdict.FITS)
    assert report.summary().lower().startswith(verdict.value)


def test_what_does_not_fit_comes_with_remedies(model_dir: Path, machine: Any) -> None:
    machine(free=1_000_000, kind=DeviceKind.CUDA)
    report = assess(model_dir, "float32", 1000)
    for advice in ("bfloat16", "NOVELGEN_DEVICE=cpu", "novelgen models list"):
        assert advice in report.remedy
        assert advice in report.summary()


def test_hours_grow_with_the_words_and_speed_is_an_estimate(model_dir: Path) -> None:
    report = assess(model_dir, "float32", 100_000, device="cpu")
    assert report.speed_is_measured
    drawing_alone = 100_000 * 1.35 / report.tokens_per_second / 3600
    assert report.hours > drawing_alone
    longer = assess(model_dir, "float32", 200_000, device="cpu")
    assert longer.hours == pytest.approx(2 * report.hours)
    assert assess(model_dir, "float32", 100_000, device="cpu", candidates=4).hours > report.hours
    assert assess(model_dir, "float32", 100_000, device="cpu", tail_tokens=32).hours < report.hours
    assert "estimate" in report.summary()
    assert "100,000 words" in report.summary()
    assert json.loads(json.dumps(report.as_json()))["verdict"] == report.verdict.value


def test_a_bigger_model_is_slower(
    model_dir: Path, machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(free=10**10)
    fast = assess(model_dir, "float32", 1000).tokens_per_second
    monkeypatch.setattr(fit, "cpu_bytes_per_second", lambda: 1000.0)
    assert assess(model_dir, "float32", 1000).tokens_per_second < fast
    assert assess(model_dir, "bfloat16", 1000).tokens_per_second < fast


def test_the_packed_copy_that_draws_on_a_cpu_counts(model_dir: Path, machine: Any) -> None:
    machine(free=10**10)
    int8, whole = (
        assess(model_dir, "bfloat16", 1000, quantization=kind) for kind in ("auto", "none")
    )
    assert whole.needed_bytes - int8.needed_bytes == pytest.approx(2.9375 * int8.parameters, abs=2)
    assert int8.tokens_per_second > whole.tokens_per_second
    machine(free=10**10, kind=DeviceKind.CUDA)
    assert assess(model_dir, "bfloat16", 1000).needed_bytes < int8.needed_bytes


def test_auto_is_split_where_the_first_card_is_too_small(
    model_dir: Path, tiny_llama: Any, cards: Any
) -> None:
    cards(10**9, 10**10, 10**10)
    whole = assess(model_dir, "bfloat16", 1000)
    assert (whole.placement, whole.verdict) == (Placement.ONE, Verdict.FITS)
    assert whole.memory_available_bytes == 10**10
    too_small = whole.needed_bytes - 1
    cards(10**9, too_small, too_small)
    split = assess(model_dir, "bfloat16", 1000)
    assert (split.placement, split.verdict) == (Placement.SPLIT, Verdict.FITS)
    assert split.memory_available_bytes == 10**9 + 2 * too_small
    assert "2 x a card and the CPU" in split.summary()
    assert json.loads(json.dumps(split.as_json()))["placement"] == "split"
    one = assess(model_dir, "bfloat16", 1000, placement="one")
    assert (one.placement, one.verdict) == (Placement.ONE, Verdict.DOES_NOT_FIT)
    assert "NOVELGEN_PLACEMENT=split" in one.remedy
    cards(0, too_small // 3, too_small // 3)
    assert assess(model_dir, "bfloat16", 1000).verdict is Verdict.DOES_NOT_FIT


def test_there_is_nothing_to_split_over_without_cuda(model_dir: Path, machine: Any) -> None:
    machine(free=10**10)
    split, one = (assess(model_dir, "float32", 9, placement=p) for p in ("split", "one"))
    assert split == one


def test_processes_share_the_weights_and_not_the_runtime(
    model_dir: Path, cards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    cards(0, 10**10, 9 * 10**9, 10**10)
    shared = assess(model_dir, "bfloat16", 1000, placement="tensor")
    assert shared.memory_available_bytes == 2 * 9 * 10**9
    one = assess(model_dir, "bfloat16", 1000, placement="one")
    assert shared.weight_bytes == one.weight_bytes
    assert one.needed_bytes < shared.needed_bytes < 2 * one.needed_bytes


def test_quantised_weights_make_a_model_smaller(
    model_dir: Path, tiny_llama: Any, cards: Any
) -> None:
    cards(0, 10**10)
    sizes = [
        assess(model_dir, "bfloat16", 9, quantization=kind).weight_bytes
        for kind in ("auto", "int8", "int4")
    ]
    linear = sum(
        m.weight.numel() for m in tiny_llama.model.modules() if type(m).__name__ == "Linear"
    )
    assert sizes[0] - sizes[1] == pytest.approx(0.99 * linear, abs=1)
    assert sizes[0] - sizes[2] == pytest.approx(1.46 * linear, abs=1)


@pytest.fixture
def eight_billion(tmp_path: Path) -> Path:
    """Config and header of a Llama of eight billion parameters; its weights take no disk."""
    hidden, inner, vocabulary = 4096, 14336, 128_256
    config = {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": hidden,
        "intermediate_size": inner, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 8, "vocab_size": vocabulary, "max_position_embeddings": 8192,
    }  # fmt: skip
    shapes = {"model.embed_tokens": (vocabulary, hidden), "lm_head": (vocabulary, hidden)}
    for layer in range(32):
        shapes |= {
            f"layers.{layer}.{name}": shape
            for name, shape in {
                "q": (hidden, hidden), "k": (1024, hidden), "v": (1024, hidden),
                "o": (hidden, hidden), "gate": (inner, hidden), "up": (inner, hidden),
                "down": (hidden, inner),
            }.items()
        }  # fmt: skip
    entries, end = {}, 0
    for name, (rows, columns) in shapes.items():
        start, end = end, end + 2 * rows * columns
        entries[name] = {"dtype": "BF16", "shape": [rows, columns], "data_offsets": [start, end]}
    header = json.dumps(entries).encode()
    folder = tmp_path / "Llama-8B"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    weights = folder / "model.safetensors"
    weights.write_bytes(struct.pack("<Q", len(header)) + header)
    os.truncate(weights, 8 + len(header) + end)
    return folder


def followed(folder: Path, report: fit.FitReport, dtype: str) -> fit.FitReport:
    """What comes of the first setting of quantisation that a remedy names."""
    told = re.search(r"NOVELGEN_QUANTIZATION=(\w+)(?: NOVELGEN_DTYPE=(\w+))?", report.remedy)
    assert told is not None
    return assess(folder, told[2] or dtype, 1000, quantization=told[1])


@pytest.mark.parametrize(
    ("free", "kind", "dtype"),
    [
        (15 * 10**9, "int8", "bfloat16"),
        (11 * 10**9, "int4", "bfloat16"),
        (9 * 10**9, "int4", "bfloat16"),
        (11 * 10**9, "int4", "float32"),
        (16 * 10**9, "int8", "float32"),
    ],
)
def test_a_card_that_is_too_small_leads_to_fewer_bits(
    eight_billion: Path, cards: Any, free: int, kind: str, dtype: str
) -> None:
    """Eight billion parameters on cards of 16, 12 and 10 GB, beside 64 GB of memory."""
    cards(64 * 10**9, free)
    auto = assess(eight_billion, dtype, 1000)
    assert (auto.placement, auto.verdict) == (Placement.SPLIT, Verdict.FITS)
    assert "Parts of it wait in memory, which is slow" in auto.summary()
    assert f"NOVELGEN_QUANTIZATION={kind}" in auto.remedy
    assert "torchao" in auto.remedy
    on_one = assess(eight_billion, dtype, 1000, placement="one")
    assert on_one.verdict is Verdict.DOES_NOT_FIT
    assert "NOVELGEN_PLACEMENT=split" in on_one.remedy
    for report in (auto, on_one):
        lighter = followed(eight_billion, report, dtype)
        assert lighter.placement is Placement.ONE
        assert lighter.verdict is not Verdict.DOES_NOT_FIT


def test_fewer_bits_are_not_advised_where_they_do_not_help(
    eight_billion: Path, cards: Any, machine: Any
) -> None:
    cards(64 * 10**9, 4 * 10**9)
    assert "QUANTIZATION" not in assess(eight_billion, "bfloat16", 1000).remedy
    cards(10 * 10**9, 11 * 10**9)  # whole weights do not fit into memory on their way
    assert "QUANTIZATION" not in assess(eight_billion, "bfloat16", 1000).remedy
    machine(free=8 * 10**9)
    on_cpu = assess(eight_billion, "float32", 1000)
    assert on_cpu.verdict is Verdict.DOES_NOT_FIT
    assert "QUANTIZATION" not in on_cpu.remedy
    assert "NOVELGEN_DTYPE=bfloat16" in on_cpu.remedy
    cards(64 * 10**9, 24 * 10**9)
    assert assess(eight_billion, "bfloat16", 1000).remedy == ""


def test_a_speed_nobody_measured_says_so(model_dir: Path, machine: Any) -> None:
    machine(free=10**10, kind=DeviceKind.CUDA)
    report = assess(model_dir, "bfloat16", 1000)
    assert not report.speed_is_measured
    assert "unmeasured" in report.summary()
    assert "at least" in report.summary()


def test_gpt2_spells_its_sizes_differently(model_dir: Path, machine: Any) -> None:
    machine(free=10**10)
    config = {"model_type": "gpt2", "n_layer": 3, "n_head": 2, "n_embd": 8, "n_positions": 50}
    (model_dir / "config.json").write_text(json.dumps(config))
    report = assess(model_dir, "float32", 1000)
    assert report.context_size == 50
    assert report.kv_cache_bytes == (1 + 1) * 50 * 2 * 3 * 8 * 4


def test_no_model_no_report(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        assess(tmp_path, "float32", 1000)


def test_the_device_asked_for_must_be_here() -> None:
    present = [kind.value for kind in device._present_kinds()]
    assert describe_device("auto").kind.value == present[0]
    assert describe_device("cpu").memory_available_bytes > 0
    for absent in {"cuda", "mps"} - set(present):
        with pytest.raises(ModelError, match=absent):
            describe_device(absent)
    with pytest.raises(UsageError, match="tpu"):
        describe_device("tpu")


def test_a_container_counts_its_own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_CGROUP", tmp_path)
    machine_wide = describe_device("cpu").memory_total_bytes
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    limited = describe_device("cpu")
    assert (limited.memory_total_bytes, limited.memory_available_bytes) == (1_000_000, 600_000)
    (tmp_path / "memory.max").write_text("max\n")
    assert describe_device("cpu").memory_total_bytes == machine_wide
