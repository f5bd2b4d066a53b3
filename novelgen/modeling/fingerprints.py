"""The fingerprint of a model: one hash of its architecture, weights and tokenizer.

Independent of how the weights are cut into shards, of the dtype and device they are loaded on,
and of settings that do not change what the model computes. Two directories with equal
fingerprints give the same memories for the same text.
"""

import hashlib
import json
import mmap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError
from novelgen.modeling.digest_cache import remembered_digest, sha256_of_file
from novelgen.modeling.model_cache import read_manifest
from novelgen.modeling.safetensors_header import (
    CONFIG_NAME,
    TensorEntry,
    read_config,
    read_tensors,
    weight_files,
)
from novelgen.paths import resolve_paths

TOKENIZER_NAME = "tokenizer.json"

_OTHER_TOKENIZERS = ("tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "merges.txt")
_VOLATILE_CONFIG = frozenset(
    {
        "_name_or_path",
        "_model_name_or_path",
        "name_or_path",
        "transformers_version",
        "dtype",
        "torch_dtype",
        "architectures",
        "auto_map",
        "use_cache",
        "initializer_range",
        "quantization_config",
        "gradient_checkpointing",
        "output_attentions",
        "output_hidden_states",
        "return_dict",
        "problem_type",
        "chunk_size_feed_forward",
        "id2label",
        "label2id",
        "task_specific_params",
        "pretraining_tp",
        "finetuning_task",
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
        "unk_token_id",
    }
)
"""Keys of `config.json` that say where a model came from or how it is run, not what it is."""
_CHUNK_BYTES = 1 << 22


def model_fingerprint(directory: Path, cache_dir: Path | None = None) -> str:
    """Hex SHA-256 of the model in `directory`.

    Models in the model cache `cache_dir` (default: the person's own) carry it in their manifest;
    for others it is computed once and remembered there. Raises `ModelError` for no model.
    """
    directory = Path(directory).absolute()
    cache_dir = Path(cache_dir or resolve_paths().models).absolute()
    manifest = read_manifest(directory) if directory.parent == cache_dir else None
    if manifest is not None:
        return manifest.fingerprint
    files = [directory / CONFIG_NAME, *weight_files(directory), *_tokenizer_files(directory)]
    read_config(directory)
    return remembered_digest(
        cache_dir,
        "model fingerprint 1",
        files,
        lambda: compute_fingerprint(directory),
    )


def compute_fingerprint(directory: Path) -> str:
    """The same, always read from the bytes."""
    digest = hashlib.sha256(b"novelgen model fingerprint 1\n")
    digest.update(_canonical(architecture_config(read_config(directory))))
    _hash_weights(digest, read_tensors(directory))
    for file in _tokenizer_files(directory):
        digest.update(file.name.encode() + b"\n")
        digest.update(_tokenizer_bytes(file))
    return digest.hexdigest()


def architecture_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """`config` without volatile keys and without keys that are unset, at every depth."""
    return {
        key: architecture_config(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if value is not None and key not in _VOLATILE_CONFIG
    }


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _hash_weights(digest: "hashlib._Hash", tensors: Mapping[str, TensorEntry]) -> None:
    """In the order of tensor names; dtype and shape stand before the bytes of each."""
    maps: dict[Path, mmap.mmap] = {}
    try:
        for name in sorted(tensors):
            entry = tensors[name]
            digest.update(_canonical([name, entry.dtype, list(entry.shape)]))
            if entry.file not in maps:
                with entry.file.open("rb") as stream:
                    maps[entry.file] = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            with memoryview(maps[entry.file]) as view:
                for start in range(entry.start, entry.end, _CHUNK_BYTES):
                    digest.update(view[start : min(start + _CHUNK_BYTES, entry.end)])
    finally:
        _close(maps.values())


def _close(maps: Iterable[mmap.mmap]) -> None:
    for view in maps:
        view.close()


def _tokenizer_files(directory: Path) -> list[Path]:
    """`tokenizer.json`, or else the files of older tokenizers."""
    fast = directory / TOKENIZER_NAME
    if fast.is_file():
        return [fast]
    others = [directory / name for name in _OTHER_TOKENIZERS if (directory / name).is_file()]
    if not others:
        raise ModelError(
            f"{directory} has no tokenizer ({TOKENIZER_NAME}).",
            "Copy the tokenizer files of the model into the directory.",
        )
    return others


def _tokenizer_bytes(file: Path) -> bytes:
    """How text becomes ids, and nothing of how ids become text or how a library writes it down.

    Versions of the libraries save one and the same tokenizer with different decoders, offsets and
    flags; the vocabulary, the merges, the added tokens and the cutting before them are the model's.
    """
    if file.name != TOKENIZER_NAME:
        return sha256_of_file(file).encode()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        model = content["model"]
        merges = [m.split(" ") if isinstance(m, str) else m for m in model.get("merges") or ()]
        added = [[token["id"], token["content"]] for token in content.get("added_tokens") or ()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{file} cannot be read: {error}", "Fetch the model again.") from error
    return _canonical(
        {
            "vocab": model.get("vocab"),
            "merges": merges,
            "added": sorted(added),
            "cutting": [
                _essence(content.get("normalizer")),
                _essence(content.get("pre_tokenizer")),
            ],
        }
    )


def _essence(step: Any) -> Any:
    """A tokenizer's step without unset values and offsets; a sequence of nothing is nothing."""
    if isinstance(step, list):
        return [_essence(part) for part in step]
    if not isinstance(step, Mapping):
        return step
    kept = {key: _essence(value) for key, value in step.items() if key != "trim_offsets"}
    kept = {key: value for key, value in kept.items() if value not in (None, [], {})}
    return None if kept == {"type": "Sequence"} else kept
