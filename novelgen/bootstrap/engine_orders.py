"""What is ordered of the engine room for a model on this machine: fetched or found, and by what it
is run. Loads no weights."""

from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import runtime_of
from novelgen.engine.values import NO_MEMORY_ADAPTER, ModelRuntime
from novelgen.errors import ModelError, NotFoundError
from novelgen.modeling.catalog import resolve
from novelgen.modeling.llamacpp.provisioning import ready_gguf
from novelgen.modeling.provisioning import pull
from novelgen.modeling.shipped_adapters import adapter_directory
from novelgen.prompting.brief import BRIEF_VERSION
from novelgen.resident.order import EngineOrder, stamp_of

if TYPE_CHECKING:
    from novelgen.config import Settings
    from novelgen.generation.novel_settings import NovelSettings
    from novelgen.modeling.pull_progress import OnProgress
    from novelgen.paths import Paths
    from storage.records import NovelRecord


def order_for_writer(
    novel: "NovelRecord",
    of_novel: "NovelSettings",
    settings: "Settings",
    paths: "Paths",
    on_progress: "OnProgress",
) -> EngineOrder:
    """The engine a novel is written with; its model is fetched if it is not here.

    Raises `ModelError` when it cannot be had.
    """
    adapter = None
    if novel.adapter != NO_MEMORY_ADAPTER:
        adapter = adapter_directory(novel.adapter)
    return order_of(
        novel.model, of_novel.runtime, adapter, of_novel.segment_size, settings, paths, on_progress
    )


def order_for_planner(
    model: str,
    segment_size: int,
    settings: "Settings",
    paths: "Paths",
    on_progress: "OnProgress",
) -> EngineOrder:
    """An engine that plans and reads. It has no memory, so it is run as is best here and now."""
    runtime = runtime_of(model, settings)
    return order_of(model, runtime, None, segment_size, settings, paths, on_progress)


def order_of(
    model: str,
    runtime: ModelRuntime,
    adapter: Path | None,
    segment_size: int,
    settings: "Settings",
    paths: "Paths",
    on_progress: "OnProgress",
) -> EngineOrder:
    """A model with an adapter's directory, run by `runtime`."""
    gguf = ""
    if runtime is ModelRuntime.LLAMA_CPP:
        ready = ready_gguf(_file(model), paths.models, on_progress)
        directory, fingerprint, gguf = ready.tokenizer_dir, ready.fingerprint, str(ready.path)
    else:
        local = pull(model, paths.models, on_progress)
        directory, fingerprint = local.directory, local.fingerprint
    return EngineOrder(
        model=model,
        directory=str(directory),
        fingerprint=fingerprint,
        adapter_dir=None if adapter is None else str(adapter),
        adapter_stamp=stamp_of(adapter),
        segment_size=segment_size,
        brief_version=BRIEF_VERSION,
        device=settings.device,
        dtype=settings.dtype,
        quantization=settings.quantization,
        placement=settings.placement,
        cuda_graphs=settings.cuda_graphs,
        gguf=gguf,
        gpu_layers=0 if settings.device == "cpu" else settings.gpu_layers,
        context_tokens=settings.context_tokens,
    )


def _file(model: str) -> Path:
    """Raises `NotFoundError` when it is not there any more."""
    try:
        path = resolve(model).path
    except NotFoundError as error:
        raise NotFoundError(
            error.message,
            "Put the file back, or say where it is now: novelgen set NOVEL --model FILE",
        ) from error
    if path is None:
        raise ModelError(f"{model} is no file.", "Name a .gguf file.")
    return path
