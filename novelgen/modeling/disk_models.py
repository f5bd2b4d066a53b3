"""Models that lie on a person's disk, looked at through their headers: what they are, whether they
can be used, whether they fit. Reads no weights, loads no torch, and no file can make it fail.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from novelgen.engine.values import ModelRuntime
from novelgen.errors import ModelError
from novelgen.modeling.catalog import SourceKind
from novelgen.modeling.gguf_header import GgufHeader, read_gguf_header
from novelgen.modeling.llamacpp.library import has_llama_cpp, offloads
from novelgen.modeling.llamacpp.placing import seen_by_llama
from novelgen.modeling.machine import Machine, describe_machine
from novelgen.modeling.model_places import model_places
from novelgen.modeling.model_search import FoundFile, search_models
from novelgen.modeling.rough_fit import (
    RoughFit,
    Weights,
    gguf_fit,
    gguf_weights,
    number,
    rough_fit,
)
from novelgen.modeling.safetensors_header import CONFIG_NAME, TensorEntry, read_config, read_tensors
from novelgen.modeling.weight_sizes import (
    drawing_bytes_per_parameter,
    kept_bytes,
    kv_bytes_per_token,
    num_layers,
    text_config,
)
from novelgen.text.sanitize import clean_line

_LONGEST_NAME = 120
_LARGEST_CONFIG = 4_000_000
_MOST_PARAMETERS_A_BYTE = 8
"""Weights of one bit; shapes that promise more than that are made up."""
_SILENT = ("clip", "t5encoder", "wavtokenizer-dec")
"""Architectures that write no text by themselves, beside those that only embed it."""
_WRITERS = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel")
_DAMAGES = (
    ModelError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What headers that make no sense come to."""


@dataclass(frozen=True, slots=True)
class RunAs:
    """What a person has set of how models are run, as far as it matters here."""

    dtype: str = "auto"
    quantization: str = "auto"
    gguf_runtime: str = "auto"


@dataclass(frozen=True, slots=True)
class DiskModel:
    """One model on disk. What its headers do not say is empty or 0."""

    path: Path
    """What to give as `--model`."""
    kind: SourceKind
    place: str
    """Whose folder it lies in."""
    name: str
    bytes_on_disk: int
    problem: str = ""
    """In a few words, why it cannot be used; empty where nothing speaks against it."""
    architecture: str = ""
    parameters: int = 0
    quantization: str = ""
    context_size: int = 0
    fit: RoughFit | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "path": str(self.path),
            "kind": self.kind.value,
            "fit": None if self.fit is None else self.fit.as_json(),
        }


def look_at(found: FoundFile, machine: Machine, settings: RunAs | None = None) -> DiskModel:
    """What a file or folder is. Never raises for what stands in it."""
    is_folder = found.path.is_dir()
    kind = SourceKind.DIRECTORY if is_folder else SourceKind.GGUF
    plain = DiskModel(found.path, kind, found.place, _name(found), _size(found.path))
    look: Callable[[DiskModel, Machine, RunAs], DiskModel] = (
        _look_at_folder if is_folder else _look_at_gguf
    )
    try:
        return look(plain, machine, settings or RunAs())
    except _DAMAGES as error:
        return replace(plain, problem=_why(error))


def find_disk_models(
    folders: Sequence[Path], settings: RunAs
) -> tuple[tuple[DiskModel, ...], bool]:
    """Every model in the usual places and in `folders`, and whether all was looked at."""
    try:
        home = Path.home()
    except RuntimeError:  # nobody's
        home = Path("/nonexistent")
    search = search_models(model_places(folders, os.environ, home))
    if not search.found:
        return (), search.is_complete
    machine = describe_machine()
    looked = (look_at(found, machine, settings) for found in search.found)
    return tuple(looked), search.is_complete


def look_at_path(path: Path, settings: RunAs) -> DiskModel:
    """The same of one file or folder, on this machine."""
    return look_at(FoundFile(path, "", ""), describe_machine(), settings)


def runs_natively(settings: RunAs) -> bool:
    """Whether GGUF files are run as they are, by llama.cpp."""
    return settings.gguf_runtime != ModelRuntime.TORCH and has_llama_cpp()


def _look_at_gguf(plain: DiskModel, machine: Machine, settings: RunAs) -> DiskModel:
    header = read_gguf_header(plain.path)
    architecture = _clean(header.architecture)
    known = replace(
        plain,
        name=plain.name or _clean(header.fields.get("general.name")),
        architecture=architecture,
        parameters=header.parameters,
        quantization=header.quantization,
        context_size=number(header.fields, f"{header.architecture}.context_length"),
    )
    problem = _gguf_problem(header)
    if problem:
        return replace(known, problem=problem)
    return replace(known, fit=_gguf_fit(header, machine, settings))


def _gguf_problem(header: GgufHeader) -> str:
    from gguf.constants import MODEL_ARCH_NAMES

    if not header.parameters:
        return "a vocabulary without weights"
    if header.architecture not in MODEL_ARCH_NAMES.values():
        return "an architecture that llama.cpp does not know"
    embeds = "bert" in header.architecture or header.architecture.endswith(("-embed", "embedding"))
    is_silent = embeds or header.architecture in _SILENT
    return "no language model that writes" if is_silent else ""


def _gguf_fit(header: GgufHeader, machine: Machine, settings: RunAs) -> RoughFit:
    if runs_natively(settings):
        machine = seen_by_llama(machine, can_offload=bool(machine.cards) and offloads())
        return gguf_fit(header, gguf_weights(header, is_native=True, drawing_bytes=0.0), machine)
    device = "cuda" if machine.cards else "cpu"
    config = {"model_type": header.architecture}
    drawing = drawing_bytes_per_parameter(config, device, settings.quantization)
    return gguf_fit(header, gguf_weights(header, is_native=False, drawing_bytes=drawing), machine)


def _look_at_folder(plain: DiskModel, machine: Machine, settings: RunAs) -> DiskModel:
    if (plain.path / CONFIG_NAME).stat().st_size > _LARGEST_CONFIG:
        return replace(plain, problem="a config.json that is far too large")
    whole = read_config(plain.path)
    config = text_config(whole)
    named = whole.get("architectures")
    architecture = named[0] if isinstance(named, list) and named else whole.get("model_type")
    tensors = list(read_tensors(plain.path).values())
    parameters = sum(entry.parameters for entry in tensors)
    if parameters > _MOST_PARAMETERS_A_BYTE * plain.bytes_on_disk:
        raise ValueError("shapes that promise more than there is")
    known = replace(
        plain,
        architecture=_clean(architecture),
        parameters=parameters,
        quantization=_stored_as(whole, tensors),
        context_size=number(config, "max_position_embeddings") or number(config, "n_positions"),
    )
    if not str(architecture).endswith(_WRITERS):
        return replace(known, problem="no language model that writes")
    if isinstance(whole.get("quantization"), dict):
        return replace(known, problem="weights of MLX")
    return replace(known, fit=_folder_fit(config, tensors, machine, settings))


def _folder_fit(
    config: Mapping[str, Any],
    tensors: list[TensorEntry],
    machine: Machine,
    settings: RunAs,
) -> RoughFit:
    device = "cuda" if machine.cards else "cpu"
    dtype = settings.dtype
    if dtype == "auto":  # some processors take bfloat16 instead; only torch can tell which
        dtype = "bfloat16" if machine.cards else "float32"
    parameters = sum(entry.parameters for entry in tensors)

    def fit_as(quantization: str, remedy: str = "") -> RoughFit:
        drawing = drawing_bytes_per_parameter(config, device, quantization)
        kept = kept_bytes(tensors, config, dtype, device, quantization)
        weights = Weights(
            kept + round(parameters * drawing),
            parameters * drawing or kept,
            num_layers(config),
            kv_bytes_per_token(config, dtype),
            number(config, "max_position_embeddings") or number(config, "n_positions"),
            is_fused=drawing > 0,
        )
        return rough_fit(weights, machine, remedy)

    advice = ["`novelgen models info` says more"]
    if machine.cards and settings.quantization in ("auto", "none"):
        fitting = next(
            (kind for kind in ("int8", "int4") if fit_as(kind).where not in ("split", "memory")),
            None,
        )
        if fitting is not None:
            advice.insert(0, f"NOVELGEN_QUANTIZATION={fitting} fits it onto one card")
    elif not machine.cards and dtype == "float32":
        advice.insert(0, "NOVELGEN_DTYPE=bfloat16 halves it")
    text = "; ".join(advice)
    return fit_as(settings.quantization, f"{text[0].upper()}{text[1:]}.")


def _stored_as(config: Mapping[str, Any], tensors: list[TensorEntry]) -> str:
    """How most parameters stand in the files, or what they were quantised by."""
    quantized = config.get("quantization_config")
    if isinstance(quantized, dict):
        return _clean(quantized.get("quant_method") or "quantised")
    sizes: dict[str, int] = {}
    for entry in tensors:
        sizes[entry.dtype] = sizes.get(entry.dtype, 0) + entry.parameters
    return _clean(max(sizes, key=lambda dtype: sizes[dtype], default=""))


def _why(error: Exception) -> str:
    """What is wrong with a file, in a few words."""
    if isinstance(error, ModelError):
        text = error.message
        for sign, words in _SHORT.items():
            if sign in text:
                return words
        return _clean(text.rstrip("."))
    if isinstance(error, OSError):
        return _clean(f"cannot be read: {error.strerror}")
    return "damaged"


_SHORT = {
    "one part of a split": "one part of several: merge them",
    "cut off": "cut off or damaged",
    "not a whole safetensors": "cut off or damaged",
    "not a GGUF": "no GGUF inside",
    "of version": "an unknown version of GGUF",
    "quantisation": "an unknown quantisation",
    "lacks": "incomplete: files are missing",
}


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.glob("*.safetensors"))
        return path.stat().st_size
    except OSError:
        return 0


def _name(found: FoundFile) -> str:
    name = found.path.name
    return _clean(found.label or (name[:-5] if name.lower().endswith(".gguf") else name))


def _clean(text: object) -> str:
    return clean_line(str(text or ""))[:_LONGEST_NAME]
