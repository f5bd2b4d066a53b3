"""Loading a causal language model and its tokenizer from a folder.

Guarantees: safetensors only, no code from the model's repository is run, nothing is fetched or
printed, and every failure says what to do. Knows nothing of memory, of catalogs or of the Hub.
"""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from novelgen.errors import ModelError, UsageError
from novelgen.modeling.device import torch_device
from novelgen.modeling.placed_weights import describe_places, tensor_parallel_options
from novelgen.modeling.placement import DeviceMap, Placement
from novelgen.modeling.quiet import quiet_libraries

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_CAUSAL_ARCHITECTURES = ("CausalLM", "LMHead", "ConditionalGeneration")


@dataclass(frozen=True, slots=True)
class Backbone:
    """A loaded language model in eval mode, and what it runs on."""

    lm: nn.Module
    tokenizer: Any
    device: str
    dtype: str


def default_dtype(device: str = "auto") -> str:
    """What dtype `auto` is for training and judging: float32 on a CPU, bfloat16 on a GPU."""
    return "float32" if torch_device(device).type == "cpu" else "bfloat16"


def writing_dtype(device: str = "auto") -> str:
    """What dtype `auto` is for writing a novel.

    bfloat16 on a GPU and on a CPU that is quicker with it; float32 on any other CPU.
    """
    is_slow = torch_device(device).type == "cpu" and not _is_quick_with_bfloat16()
    return "float32" if is_slow else "bfloat16"


def _is_quick_with_bfloat16() -> bool:
    """Told by what the processor is, never by the clock: a resumed run must choose the same.

    With AMX it is. The AVX-512 instructions alone read a prompt three times as fast as float32
    on AMD's processors (measured on Zen 5) and at two thirds of it on Intel's (Emerald Rapids).
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    from torch import cpu  # the instructions are asked for by name nowhere else

    try:
        from llvmlite.binding import get_host_cpu_name

        is_amd = get_host_cpu_name().startswith("znver")
    except (ImportError, RuntimeError):  # without it, the compiled step is missing too
        is_amd = False
    return bool(cpu._is_amx_tile_supported() or (is_amd and cpu._is_avx512_bf16_supported()))


def load_backbone(
    directory: Path,
    device: str = "auto",
    dtype: str = "auto",
    placement: Placement = Placement.ONE,
    device_map: DeviceMap = "auto",
) -> Backbone:
    """Load the model and tokenizer of a folder.

    `dtype` is auto, float32, bfloat16 or float16; `device_map` says what `split` puts where.
    Raises `UsageError` for another dtype, an unknown device or a placement that cannot be had,
    `ModelError` when the folder holds no model, it is incomplete, damaged or no causal language
    model, or does not fit into memory.
    """
    chosen_device = torch_device(device)
    dtype_name = default_dtype(device) if dtype == "auto" else dtype
    chosen_dtype = _read_dtype(dtype_name)
    _require_folder_contents(directory)
    name = str(directory)
    with quiet_libraries(), _translated_errors(name):
        config = AutoConfig.from_pretrained(name, **_LOCAL)
        _require_causal(name, config)
        options = _placement_options(placement, config, chosen_device, device_map)
        lm, report = AutoModelForCausalLM.from_pretrained(
            name,
            dtype=chosen_dtype,
            use_safetensors=True,
            output_loading_info=True,
            **options,
            **_LOCAL,
        )
        _require_complete(name, report)
        _require_in_memory(name, lm, device_map)
        lm = lm.eval() if options else lm.to(chosen_device).eval()
    return Backbone(lm, load_tokenizer(name), describe_places(lm, chosen_device), dtype_name)


def _placement_options(
    placement: Placement, config: Any, device: torch.device, device_map: DeviceMap
) -> dict[str, Any]:
    """Empty where the whole model goes to one device."""
    if placement is Placement.TENSOR:
        return tensor_parallel_options(config, device)
    return {"device_map": device_map} if placement is Placement.SPLIT else {}


def _require_in_memory(name: str, lm: nn.Module, device_map: DeviceMap) -> None:
    # Where accelerate finds no room it reads layers from the disk, again for every token.
    if device_map == "auto" and "disk" in getattr(lm, "hf_device_map", {}).values():
        raise _too_large(name)


def _read_dtype(name: str) -> torch.dtype:
    if name not in _DTYPES:
        raise UsageError(f"There is no dtype {name!r}.", f"Use auto, {', '.join(_DTYPES)}.")
    return _DTYPES[name]


def load_tokenizer(name: str) -> Any:
    """The tokenizer of a folder. Raises `ModelError`."""
    remedy = "Choose a model whose folder has a tokenizer.json."
    try:
        with quiet_libraries():
            tokenizer = AutoTokenizer.from_pretrained(name, **_LOCAL)
    except (OSError, ValueError, TypeError, KeyError, ImportError, AttributeError) as error:
        raise ModelError(f"The tokenizer of {name} could not be loaded: {error}", remedy) from error
    if len(tokenizer) == 0:
        raise ModelError(f"The model {name} has no tokenizer.", remedy)
    return tokenizer


def _require_folder_contents(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(
            f"{folder} is no folder with a model.",
            "Name a folder with config.json, model.safetensors and tokenizer.json.",
        )
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"The folder {folder} holds no model: config.json is missing.", "Name another folder."
        )
    if not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"The folder {folder} has no weights in safetensors format.",
            "Other weight files can run code when they are loaded; convert them to safetensors.",
        )
    if not any((folder / file).is_file() for file in ("tokenizer.json", "tokenizer.model")):
        raise ModelError(
            f"The folder {folder} has no tokenizer: tokenizer.json is missing.",
            "Copy the model's tokenizer files into it.",
        )


def _require_causal(name: str, config: Any) -> None:
    architectures = getattr(config, "architectures", None) or []
    is_causal = (
        not config.is_encoder_decoder
        and config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
        and (
            not architectures
            or any(part in item for item in architectures for part in _CAUSAL_ARCHITECTURES)
        )
    )
    if not is_causal:
        kind = ", ".join(architectures) or config.model_type
        raise ModelError(
            f"{name} is no causal language model ({kind}), so it cannot write on.",
            "Choose a model for text generation, such as SmolLM2, Qwen, Llama, Gemma or Mistral.",
        )


def _require_complete(name: str, report: dict[str, Any]) -> None:
    missing = sorted(report.get("missing_keys", ()))
    if missing:
        raise ModelError(
            f"The weights of {name} are incomplete: {len(missing)} missing, {missing[0]} first.",
            "Download the model again, or choose one with a language model head.",
        )


@contextmanager
def _translated_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (ModelError, UsageError):
        raise
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _too_large(name) from error
    except SafetensorError as error:
        raise _damaged(name, error) from error
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise _damaged(name, error) from error
    except RuntimeError as error:
        if "allocate" in str(error) or "out of memory" in str(error):
            raise _too_large(name) from error
        raise _damaged(name, error) from error


def _too_large(name: str) -> ModelError:
    return ModelError(
        f"The model {name} does not fit into the memory of this device.",
        "Choose a smaller model, dtype bfloat16, or another device.",
    )


def _damaged(name: str, error: Exception) -> ModelError:
    return ModelError(
        f"The model {name} could not be loaded: {_first_line(error)}",
        "Download or convert it again.",
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
