"""Loads a GGUF file with its tokenizer and, where one is wanted, a memory adapter."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from novelgen.engine.libraries import library_versions
from novelgen.engine.values import EngineInfo
from novelgen.errors import ModelError
from novelgen.modeling.adapter import (
    Adapter,
    adapter_fingerprint,
    load_adapter,
    memory_cell_of,
)
from novelgen.modeling.chat import has_chat_template, turn_end_ids
from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.llamacpp.context import LlamaContext
from novelgen.modeling.llamacpp.engine import LlamaCppEngine
from novelgen.modeling.llamacpp.library import llama_cpp_version
from novelgen.modeling.llamacpp.lora_conversion import FAMILIES, GgufShape, write_lora_gguf
from novelgen.modeling.llamacpp.reading import LlamaReader
from novelgen.modeling.llamacpp.token_vectors import TokenVectors
from novelgen.modeling.llamacpp.weights import LlamaWeights
from novelgen.modeling.threads import physical_cores
from novelgen.modeling.tokenization import Tokenization

_LORA_FOLDER = "lora-gguf"


@dataclass(frozen=True, slots=True)
class LlamaSettings:
    """How a GGUF file is run: the person's settings of these names."""

    gpu_layers: int = 0
    context_tokens: int = 8_192
    """Positions at most, where the model was trained for more."""


def load_llama_engine(
    gguf: Path,
    tokenizer_dir: Path,
    cache_dir: Path,
    model_name: str,
    model_fingerprint: str,
    segment_size: int,
    brief_version: int,
    adapter_dir: Path | None = None,
    settings: LlamaSettings = LlamaSettings(),
) -> LlamaCppEngine:
    """The engine for a GGUF file, with its memory on if an adapter is given.

    An adapter brings the segment size it was trained with. Its LoRA is written once into
    `cache_dir` as llama.cpp reads it. Raises `ModelError` when something is missing, damaged or
    does not fit.
    """
    adapter = None if adapter_dir is None else load_adapter(adapter_dir, None)
    if adapter is not None:
        _require_brief_version(adapter, brief_version)
        segment_size = adapter.config.segment_size
    weights = LlamaWeights(gguf, settings.gpu_layers)
    context: LlamaContext | None = None
    try:
        if adapter is not None:
            require_adapter_fits(adapter, gguf, weights.architecture, weights.hidden_size)
        context = LlamaContext(weights, physical_cores())
        if adapter is not None and adapter.config.lora is not None:
            context.use_lora(weights.load_lora(_lora_file(adapter, weights, cache_dir)))
        cell = None if adapter is None else memory_cell_of(adapter)
        reader = LlamaReader(context, cell, None if cell is None else TokenVectors(gguf))
        tokenization = _tokenization(tokenizer_dir, weights)
        quantization = read_gguf_header(gguf).quantization
    except BaseException:
        if context is not None:
            context.close()
        weights.close()
        raise
    info = EngineInfo(
        model=model_name,
        model_fingerprint=model_fingerprint,
        adapter_fingerprint=adapter_fingerprint(adapter, segment_size, brief_version),
        num_mem_tokens=0 if cell is None else cell.num_mem_tokens,
        hidden_size=weights.hidden_size,
        segment_size=segment_size,
        context_size=min(weights.trained_context, settings.context_tokens),
        has_chat_template=has_chat_template(tokenization),
        device="gpu" if settings.gpu_layers else "cpu",
        dtype="float32",
        can_score=weights.can_cut,
        quantization=f"{quantization} weights",
        versions=library_versions() | {"llama-cpp-python": str(llama_cpp_version())},
    )
    return LlamaCppEngine(weights, context, reader, cell, tokenization, info)


def require_adapter_fits(adapter: Adapter, gguf: Path, architecture: str, hidden_size: int) -> None:
    """Raises `ModelError` where an adapter cannot belong to a file, by what its header says."""
    if adapter.config.hidden_size != hidden_size:
        raise ModelError(
            f"The adapter {adapter.directory} has hidden size {adapter.config.hidden_size}, and "
            f"{gguf.name} {hidden_size}.",
            f"Choose a GGUF file of the model {adapter.config.base_model}, or another adapter.",
        )
    if architecture not in FAMILIES:
        raise ModelError(
            f"Memory through llama.cpp was never tried with a {architecture} model.",
            f"Give --adapter none, or a model of: {', '.join(sorted(FAMILIES))}.",
        )


def _tokenization(directory: Path, weights: LlamaWeights) -> Tokenization:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    plain = Tokenization(tokenizer, weights.end_ids)
    if plain.vocabulary_size > weights.vocabulary_size:
        raise ModelError(
            f"The tokenizer knows {plain.vocabulary_size:,} tokens, and {weights.gguf.name} "
            f"{weights.vocabulary_size:,}.",
            "Fetch the file again, or choose another model.",
        )
    return Tokenization(tokenizer, weights.end_ids | turn_end_ids(plain))


def _require_brief_version(adapter: Adapter, current: int) -> None:
    if adapter.config.brief_version != current:
        raise ModelError(
            f"The adapter was trained on briefs of version {adapter.config.brief_version}, this "
            f"is version {current}.",
            "Use an adapter that was made for this version of novelgen.",
        )


def _lora_file(adapter: Adapter, weights: LlamaWeights, cache_dir: Path) -> Path:
    """The adapter's LoRA as llama.cpp reads it, made once."""
    assert adapter.config.lora is not None
    folder = cache_dir / _LORA_FOLDER
    mark = adapter_fingerprint(adapter, adapter.config.segment_size, adapter.config.brief_version)
    shape = GgufShape(weights.architecture, weights.layers, weights.heads, weights.key_heads)
    sizes = f"{shape.architecture}-{shape.layers}-{shape.heads}-{shape.key_heads}"
    path = folder / f"{mark[:24]}-{sizes}.gguf"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as scratch:
        made = Path(scratch) / path.name
        write_lora_gguf(made, shape, adapter.config.lora, adapter.lora)
        made.replace(path)
    return path
