"""Which engine is wanted: everything that decides what it computes, and how to load it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from novelgen.engine.protocol import Engine
from novelgen.errors import ModelError


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """An engine by its parts. Equal orders are served by one engine."""

    model: str
    directory: str
    fingerprint: str
    adapter_dir: str | None
    adapter_stamp: str
    """Names, sizes and times of the adapter's files: an adapter trained anew is another one."""
    segment_size: int
    brief_version: int
    device: str
    dtype: str
    quantization: str
    placement: str
    cuda_graphs: bool
    gguf: str = ""
    """The file that llama.cpp runs as it is; `directory` then holds its tokenizer alone."""
    gpu_layers: int | str = "auto"
    context_tokens: int = 8192

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FitQuestion:
    """What the engine is wanted for: decides whether it fits, not what it computes."""

    target_words: int
    rows: tuple[int, ...]
    """How many texts are drawn at once: a passage's candidates, then those of another attempt."""
    tail_tokens: int
    """Of earlier prose before a passage, about."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "FitQuestion":
        return cls(**document | {"rows": tuple(document["rows"])})


def _nothing() -> None:
    """All of a torch model goes with the last reference to it."""


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """An engine, and what was said of its fit before it was loaded."""

    engine: Engine
    fit: str
    close: Callable[[], None] = _nothing
    """Gives back what does not go with the last reference."""


Loader = Callable[[EngineOrder, FitQuestion], LoadedEngine]


def stamp_of(directory: Path | None) -> str:
    """Names, sizes and times of the files of a folder."""
    if directory is None:
        return ""
    found = sorted(file for file in directory.rglob("*") if file.is_file())
    states = [(file.relative_to(directory), file.stat()) for file in found]
    return ";".join(f"{name}:{state.st_size}:{state.st_mtime_ns}" for name, state in states)


def load_ordered(order: EngineOrder, question: FitQuestion) -> LoadedEngine:
    """Load an engine in this process.

    Raises `ModelError` when the model does not fit this machine, before it is loaded, or is
    missing or damaged.
    """
    if order.gguf:
        return _load_llama(order, question)
    return _load_torch(order, question)


def _load_llama(order: EngineOrder, question: FitQuestion) -> LoadedEngine:
    from novelgen.modeling.fit import Verdict
    from novelgen.modeling.llamacpp.loading import LlamaSettings, load_llama_engine
    from novelgen.modeling.llamacpp.placing import place

    gguf = Path(order.gguf)
    placed = place(gguf, order.gpu_layers, order.context_tokens, max(question.rows))
    if placed.fit.verdict is Verdict.DOES_NOT_FIT:
        raise ModelError(
            f"{gguf.name} does not fit this machine. {placed.fit.told()}", placed.fit.remedy
        )
    engine = load_llama_engine(
        gguf,
        Path(order.directory),
        Path(order.directory).parent,  # the cache, which also keeps LoRA for llama.cpp
        order.model,
        order.fingerprint,
        order.segment_size,
        order.brief_version,
        None if order.adapter_dir is None else Path(order.adapter_dir),
        LlamaSettings(placed.gpu_layers, order.context_tokens),
    )
    told = f"{engine.info.quantization}, by llama.cpp. {placed.fit.sentence()}"
    return LoadedEngine(engine, told, engine.close)


def _load_torch(order: EngineOrder, question: FitQuestion) -> LoadedEngine:
    from novelgen.modeling.backbone import writing_dtype
    from novelgen.modeling.fit import Verdict, assess
    from novelgen.modeling.placement import Placement
    from novelgen.modeling.tensor_parallel import load_tensor_parallel_engine
    from novelgen.modeling.threads import use_physical_cores
    from novelgen.modeling.torch_engine import load_torch_engine

    use_physical_cores()
    directory = Path(order.directory)
    dtype = writing_dtype(order.device) if order.dtype == "auto" else order.dtype
    report = assess(
        directory,
        dtype,
        question.target_words,
        order.device,
        candidates=question.rows[0],
        rows=max(question.rows),
        tail_tokens=question.tail_tokens,
        quantization=order.quantization,
        placement=order.placement,
    )
    if report.verdict is Verdict.DOES_NOT_FIT:
        raise ModelError(
            f"The model {order.model} does not fit this machine. {report.summary()}", report.remedy
        )
    arguments: dict[str, Any] = {
        "directory": directory,
        "model_name": order.model,
        "model_fingerprint": order.fingerprint,
        "segment_size": order.segment_size,
        "brief_version": order.brief_version,
        "adapter_dir": None if order.adapter_dir is None else Path(order.adapter_dir),
        "device": order.device,
        "dtype": dtype,
        "quantization": order.quantization,
    }
    if report.placement is Placement.TENSOR:
        return LoadedEngine(load_tensor_parallel_engine(**arguments), report.summary())
    engine = load_torch_engine(
        **arguments, placement=report.placement, cuda_graphs=order.cuda_graphs
    )
    for rows in sorted(set(question.rows)):
        engine.warm_up(rows, question.tail_tokens)
    return LoadedEngine(engine, report.summary())
