"""What changes a fingerprint, what does not, and that it is not computed twice."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from novelgen.errors import ModelError
from novelgen.modeling import fingerprints
from novelgen.modeling.fingerprints import compute_fingerprint, model_fingerprint
from novelgen.modeling.model_cache import Manifest, file_sizes, write_manifest
from novelgen.modeling.safetensors_header import read_tensors


def edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def nudge_a_weight(directory: Path) -> None:
    entry = read_tensors(directory)["model.norm.weight"]
    with entry.file.open("r+b") as stream:
        stream.seek(entry.start)
        byte = stream.read(1)
        stream.seek(entry.start)
        stream.write(bytes([byte[0] ^ 1]))


def test_shards_make_no_difference(model_dir: Path, tiny_llama: Any) -> None:
    whole = compute_fingerprint(model_dir)
    (model_dir / "model.safetensors").unlink()
    tiny_llama.save_pretrained(model_dir, max_shard_size="20KB")
    assert len(list(model_dir.glob("model-*.safetensors"))) > 1
    assert compute_fingerprint(model_dir) == whole


@pytest.mark.parametrize(
    "change",
    [
        lambda d: edit_json(d / "config.json", transformers_version="9", dtype="float16"),
        lambda d: edit_json(d / "config.json", use_cache=False, _name_or_path="x", unset=None),
        lambda d: edit_json(d / "tokenizer.json", padding={"length": 3}, decoder={"type": "Fuse"}),
        lambda d: edit_json(
            d / "tokenizer.json", normalizer={"type": "Sequence", "normalizers": []}
        ),
        lambda d: edit_json(
            d / "tokenizer.json",
            model={"vocab": {"b": 1, "a": 0}, "merges": [["a", "b"]], "fuse_unk": False},
        ),
    ],
)
def test_volatile_settings_make_no_difference(
    model_dir: Path, change: Callable[[Path], None]
) -> None:
    before = compute_fingerprint(model_dir)
    change(model_dir)
    assert compute_fingerprint(model_dir) == before


@pytest.mark.parametrize(
    "change",
    [
        nudge_a_weight,
        lambda d: edit_json(d / "config.json", rms_norm_eps=1e-5),
        lambda d: edit_json(d / "config.json", rope_parameters={"rope_theta": 5.0}),
        lambda d: edit_json(d / "tokenizer.json", model={"vocab": {"a": 1, "b": 0}}),
        lambda d: edit_json(d / "tokenizer.json", model={"vocab": {"a": 0, "b": 1}}),
        lambda d: edit_json(d / "tokenizer.json", added_tokens=[{"id": 2, "content": "<c>"}]),
        lambda d: edit_json(d / "tokenizer.json", normalizer={"type": "Lowercase"}),
    ],
)
def test_weights_architecture_and_tokenizer_do(
    model_dir: Path, change: Callable[[Path], None]
) -> None:
    before = compute_fingerprint(model_dir)
    change(model_dir)
    assert compute_fingerprint(model_dir) != before


def test_it_is_remembered_until_a_file_changes(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = model_fingerprint(model_dir, cache)
    computed: list[Path] = []

    def count(directory: Path) -> str:
        computed.append(directory)
        return compute_fingerprint(directory)

    monkeypatch.setattr(fingerprints, "compute_fingerprint", count)
    assert model_fingerprint(model_dir, cache) == first
    assert computed == []
    nudge_a_weight(model_dir)
    os.utime(model_dir / "model.safetensors", ns=(1, 1))
    assert model_fingerprint(model_dir, cache) != first
    assert computed == [model_dir]


def test_a_cache_that_cannot_be_written_costs_time_only(model_dir: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert model_fingerprint(model_dir, in_the_way) == compute_fingerprint(model_dir)


def test_a_manifest_counts_in_the_cache_and_nowhere_else(model_dir: Path, tmp_path: Path) -> None:
    manifest = Manifest(
        "m", "m.gguf", "0" * 64, "f" * 64, "MIT", 1, "float32", "now", files=file_sizes(model_dir)
    )
    write_manifest(model_dir, manifest)
    assert model_fingerprint(model_dir, model_dir.parent) == "f" * 64
    copy = tmp_path / "elsewhere" / "copy"
    shutil.copytree(model_dir, copy)
    assert model_fingerprint(copy, model_dir.parent) == compute_fingerprint(model_dir)


def test_the_header_counts_what_torch_counts(model_dir: Path, tiny_llama: Any) -> None:
    counted = sum(entry.parameters for entry in read_tensors(model_dir).values())
    assert counted == sum(p.numel() for p in tiny_llama.parameters())


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.999])
def test_weights_that_are_cut_off_are_refused(model_dir: Path, kept: float) -> None:
    weights = model_dir / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: int(weights.stat().st_size * kept)])
    with pytest.raises(ModelError, match=r"cut off|not a whole"):
        read_tensors(model_dir)


def test_a_missing_shard_is_named(model_dir: Path, tiny_llama: Any) -> None:
    (model_dir / "model.safetensors").unlink()
    tiny_llama.save_pretrained(model_dir, max_shard_size="20KB")
    shard = sorted(model_dir.glob("model-*.safetensors"))[1]
    shard.unlink()
    with pytest.raises(ModelError, match=shard.name):
        read_tensors(model_dir)


def test_pickled_weights_are_refused(model_dir: Path) -> None:
    (model_dir / "model.safetensors").unlink()
    torch.save({}, model_dir / "pytorch_model.bin")
    with pytest.raises(ModelError, match="can run code"):
        read_tensors(model_dir)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_directory_without_its_parts_is_no_model(model_dir: Path, name: str) -> None:
    (model_dir / name).unlink()
    with pytest.raises(ModelError, match=name):
        model_fingerprint(model_dir, model_dir.parent)
