"""Adapter directories: the trained memory, and the LoRA weights beside it.

    adapter.json               what it is for (`AdapterConfig`)
    memory.safetensors         the parameters of the `MemoryCell`
    adapter_model.safetensors  LoRA weights in PEFT's own format, when there are any
    adapter_config.json        PEFT's description of them

Guarantees: weights are safetensors only; a directory appears whole or not at all; what does not
fit the model is refused before anything is changed. Knows nothing of training or of text.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from novelgen.errors import ModelError, StorageError
from novelgen.modeling.adapter_config import (
    CONFIG_NAME,
    MEMORY_PROSE_WRITE,
    AdapterConfig,
    damaged_adapter,
    parse_adapter_config,
)
from novelgen.modeling.causal_lm import device_of, hidden_size_of
from novelgen.modeling.folders import unwritable, write_weights, written_whole
from novelgen.modeling.lora import (
    add_lora,
    load_lora_weights,
    lora_description,
    lora_settings,
    lora_weights,
)
from novelgen.modeling.lora_merging import merge_lora_weights
from novelgen.modeling.memory_cell import MemoryCell, memory_cell_shapes
from novelgen.modeling.recurrent import RecurrentLM

MEMORY_NAME = "memory.safetensors"
LORA_NAME = "adapter_model.safetensors"
LORA_CONFIG_NAME = "adapter_config.json"


@dataclass(frozen=True, slots=True)
class Adapter:
    """The checked contents of an adapter directory, on the CPU."""

    directory: Path
    config: AdapterConfig
    memory: Mapping[str, Tensor]
    lora: Mapping[str, Tensor]
    """Empty without LoRA."""


def describe_adapter(
    model: RecurrentLM,
    base_model: str,
    base_model_fingerprint: str,
    segment_size: int,
    brief_version: int,
) -> AdapterConfig:
    """The config of a model about to be saved."""
    return AdapterConfig(
        base_model=base_model,
        base_model_fingerprint=base_model_fingerprint,
        num_mem_tokens=model.num_mem_tokens,
        hidden_size=model.hidden_size,
        projection_rank=0 if model.cell is None else model.cell.projection_rank,
        segment_size=segment_size,
        brief_version=brief_version,
        layout=MEMORY_PROSE_WRITE,
        lora=lora_settings(model.lm),
    )


def save_adapter(model: RecurrentLM, config: AdapterConfig, directory: Path) -> None:
    """Write an adapter directory whole, in place of an older one if there is one.

    LoRA is stored in bfloat16, half the size, and the memory cell in float32. Raises `ModelError`
    for a model with neither, or with undefined weights, and `StorageError` when the disk refuses
    or the directory holds something else.
    """
    memory = {} if model.cell is None else _to_cpu(model.cell.state_dict())
    lora = {name: t.to(torch.bfloat16) for name, t in _to_cpu(lora_weights(model.lm)).items()}
    if not memory and not lora:
        raise ModelError(
            "A model without memory and without LoRA has no adapter to save.",
            "Add memory slots or LoRA before training.",
        )
    for weights in (memory, lora):
        _require_finite(weights, directory)
    _refuse_foreign_directory(directory)
    try:
        with written_whole(directory) as folder:
            _write_files(folder, config, memory, lora, model.lm)
    except (OSError, SafetensorError) as error:
        raise unwritable(directory, error) from error


def load_adapter(directory: Path, model_fingerprint: str | None) -> Adapter:
    """Read and check an adapter for the model with this fingerprint.

    None is a quantised copy, of which no fingerprint tells what it was made from: whether the
    adapter fits its layers is found out when it is applied.

    Raises `ModelError` when a file is missing or damaged, holds undefined numbers, is of an
    unknown format, or was trained for another model.
    """
    config = parse_adapter_config(directory / CONFIG_NAME)
    if model_fingerprint is not None and config.base_model_fingerprint != model_fingerprint:
        raise ModelError(
            f"The adapter {directory} was trained for another model: {config.base_model} "
            f"({config.base_model_fingerprint[:12]}; this one is {model_fingerprint[:12]}).",
            f"Choose the model {config.base_model}, or another adapter.",
        )
    memory: Mapping[str, Tensor] = {}
    if config.num_mem_tokens:
        memory = _load_weights(directory / MEMORY_NAME)
        _require_shapes(directory / MEMORY_NAME, memory, config)
    lora = _load_weights(directory / LORA_NAME) if config.lora else {}
    return Adapter(directory, config, memory, lora)


def apply_adapter(lm: nn.Module, adapter: Adapter) -> RecurrentLM:
    """`lm` with the adapter's LoRA inside and its memory around it, to be trained further.

    Raises `ModelError` when the weights do not fit the model.
    """
    _require_hidden_size(lm, adapter)
    if adapter.config.lora is not None:
        try:
            lm = add_lora(lm, adapter.config.lora)
        except ModelError as error:
            raise _for_another_model(adapter, error) from error
        try:
            load_lora_weights(lm, adapter.lora)
        except ValueError as error:
            raise damaged_adapter(adapter.directory / LORA_NAME, error) from error
    return _with_memory(lm, adapter)


def merge_adapter(lm: nn.Module, adapter: Adapter) -> RecurrentLM:
    """`lm` itself, the adapter's LoRA added into its weights, with the memory around it.

    Raises `ModelError` when the weights do not fit the model.
    """
    _require_hidden_size(lm, adapter)
    if adapter.config.lora is not None:
        try:
            merge_lora_weights(lm, adapter.config.lora, adapter.lora)
        except ModelError as error:
            raise _for_another_model(adapter, error) from error
        except ValueError as error:
            raise damaged_adapter(adapter.directory / LORA_NAME, error) from error
    return _with_memory(lm, adapter)


def memory_cell_of(adapter: Adapter) -> MemoryCell | None:
    """The adapter's memory cell, on the CPU; None when it has none."""
    if not adapter.config.num_mem_tokens:
        return None
    cell = MemoryCell(
        adapter.config.num_mem_tokens,
        adapter.config.hidden_size,
        embedding_rms=1.0,
        projection_rank=adapter.config.projection_rank,
    )
    cell.load_state_dict(dict(adapter.memory))
    return cell


def adapter_fingerprint(adapter: Adapter | None, segment_size: int, brief_version: int) -> str:
    """Hex SHA-256 of everything that decides what an adapter makes of a text.

    Weights, config, segment size and brief version in use; the last two alone without an
    adapter. Tensors are hashed by name, in sorted order, so the layout of a file does not count.
    """
    settings: dict[str, Any] = {"segment_size": segment_size, "brief_version": brief_version}
    if adapter is not None:
        settings["adapter"] = adapter.config.as_json()
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    if adapter is not None:
        for part, weights in (("memory", adapter.memory), ("lora", adapter.lora)):
            for name in sorted(weights):
                _hash_tensor(digest, f"{part}/{name}", weights[name])
    return digest.hexdigest()


def _require_hidden_size(lm: nn.Module, adapter: Adapter) -> None:
    if hidden_size_of(lm) != adapter.config.hidden_size:
        raise ModelError(
            f"The adapter {adapter.directory} has hidden size {adapter.config.hidden_size}, "
            f"the model {hidden_size_of(lm)}.",
            f"Choose the model {adapter.config.base_model}, or another adapter.",
        )


def _for_another_model(adapter: Adapter, error: ModelError) -> ModelError:
    return ModelError(
        f"The adapter {adapter.directory} is for another model. {error.message}",
        f"Choose the model {adapter.config.base_model}, or another adapter.",
    )


def _with_memory(lm: nn.Module, adapter: Adapter) -> RecurrentLM:
    cell = memory_cell_of(adapter)
    return RecurrentLM(lm) if cell is None else RecurrentLM(lm, cell.to(device_of(lm)))


def _hash_tensor(digest: Any, name: str, tensor: Tensor) -> None:
    header = json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode()
    digest.update(len(header).to_bytes(8, "little") + header)
    digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes())


def _to_cpu(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}


def _require_finite(weights: Mapping[str, Tensor], path: Path) -> None:
    for name, tensor in weights.items():
        if not torch.isfinite(tensor).all():
            raise ModelError(
                f"The adapter {path} has infinite or undefined numbers in {name}.",
                "Train it again with a lower learning rate.",
            )


def _refuse_foreign_directory(directory: Path) -> None:
    if directory.is_dir() and not (directory / CONFIG_NAME).exists() and any(directory.iterdir()):
        raise StorageError(
            f"{directory} holds files and is no adapter.", "Name an empty or a new directory."
        )


def _write_files(
    folder: Path,
    config: AdapterConfig,
    memory: dict[str, Tensor],
    lora: dict[str, Tensor],
    lm: nn.Module,
) -> None:
    document = json.dumps(config.as_json(), indent=2, sort_keys=True)
    (folder / CONFIG_NAME).write_text(document + "\n", encoding="utf-8")
    if memory:
        write_weights(memory, folder / MEMORY_NAME)
    if lora:
        write_weights(lora, folder / LORA_NAME)
        # PEFT would put a path of this machine there, which says nothing elsewhere.
        description = {**lora_description(lm), "base_model_name_or_path": config.base_model}
        text = json.dumps(description, indent=2, sort_keys=True, default=_plain)
        (folder / LORA_CONFIG_NAME).write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _load_weights(path: Path) -> dict[str, Tensor]:
    try:
        weights: dict[str, Tensor] = load_file(path)
    except FileNotFoundError as error:
        raise ModelError(
            f"The adapter {path.parent} is incomplete: {path.name} is missing.",
            "Copy the adapter again from where it came, or train it again.",
        ) from error
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged_adapter(path, error) from error
    _require_finite(weights, path)
    return weights


def _require_shapes(path: Path, memory: Mapping[str, Tensor], config: AdapterConfig) -> None:
    expected = memory_cell_shapes(config.num_mem_tokens, config.hidden_size, config.projection_rank)
    found = {name: tuple(tensor.shape) for name, tensor in memory.items()}
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            held, due = (shapes.get(name, "nothing") for shapes in (found, expected))
            raise damaged_adapter(path, f"{name} is {held}, its config needs {due}")
    for name, tensor in memory.items():
        if tensor.dtype != torch.float32:
            raise damaged_adapter(path, f"{name} is {tensor.dtype}, not float32")
