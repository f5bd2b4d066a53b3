"""What the settings come to: the database, the adapter, the precision, whether a model fits."""

from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.config import Settings
from novelgen.engine.values import (
    AUTO_ADAPTER,
    NO_MEMORY_ADAPTER,
    SCRIPTED_MODEL,
    ModelRuntime,
    is_server,
)
from novelgen.errors import UsageError
from novelgen.paths import Paths

if TYPE_CHECKING:
    from novelgen.generation.retention import Retention
    from novelgen.modeling.fit import FitReport
    from novelgen.remote.checking import ServerCheck
    from storage.records import NovelRecord


def database_url(paths: Paths, settings: Settings) -> str:
    """The database in force: the one that is set, else a SQLite file in the data directory."""
    return settings.database_url or f"sqlite:///{paths.database}"


def absolute_url(url: str) -> str:
    """The address of a database file for a process of another directory; others as they are."""
    from storage.address import absolute_address

    return absolute_address(url)


def upgrade_database(paths: Paths, settings: Settings) -> str:
    """Bring the tables up to date; returns the schema revision."""
    from storage.schema import upgrade_schema

    return upgrade_schema(database_url(paths, settings))


def model_and_adapter(model: str, adapter: str, settings: Settings) -> tuple[str, str]:
    """What a novel's model and adapter are kept as: names, and absolute paths of what lies on disk.

    Loads and fetches nothing. Raises `NotFoundError` when there is no such model or adapter,
    `ModelError` for a model on disk whose headers are damaged.
    """
    name = model_name(model, settings)
    return name, adapter_name(adapter, name)


def model_name(name: str, settings: Settings) -> str:
    """What a novel's model is kept as: a short name, a Hub id, an absolute path, or a server.

    Raises what makes it unusable, as far as that can be seen without loading or asking it.
    """
    if is_server(name):
        from novelgen.remote.access import require_remote_extra
        from novelgen.remote.naming import server_named

        server = server_named(name, settings.servers)
        require_remote_extra()
        return server.name
    from novelgen.modeling.catalog import resolve
    from novelgen.modeling.local_models import require_loadable

    source = resolve(name)
    require_loadable(source)
    return str(source.path) if source.path else source.name


def runtime_of(model: str, settings: Settings) -> ModelRuntime:
    """What is to run a model, by the settings; GGUF files alone know a choice.

    Raises `ModelError` when llama.cpp is asked for and is not here.
    """
    if is_server(model) or settings.gguf_runtime == "torch":
        return ModelRuntime.TORCH
    from novelgen.modeling.catalog import SourceKind, resolve
    from novelgen.modeling.llamacpp.library import has_llama_cpp, require_llama_cpp

    if resolve(model).kind is not SourceKind.GGUF:
        return ModelRuntime.TORCH
    if settings.gguf_runtime == "llamacpp":
        require_llama_cpp()
    return ModelRuntime.LLAMA_CPP if has_llama_cpp() else ModelRuntime.TORCH


def check_server(paths: Paths, settings: Settings, name: str) -> "ServerCheck":
    """Whether a server can be written with; asks it for a few words.

    Raises what is wrong with it.
    """
    from novelgen.prompting.library import PromptLibrary
    from novelgen.remote.access import require_remote_extra
    from novelgen.remote.naming import server_named

    server = server_named(name, settings.servers)
    require_remote_extra()
    from novelgen.remote.checking import check_server as check

    return check(server, PromptLibrary(paths.user_prompts))


def adapter_name(adapter: str, model: str) -> str:
    """What a novel's adapter is kept as: `none`, a shipped adapter's name, or an absolute path.

    Raises `NotFoundError` when there is no such adapter.
    """
    from novelgen.modeling.shipped_adapters import (
        adapter_directory,
        shipped_adapter_of,
        shipped_adapters,
    )

    if adapter == AUTO_ADAPTER:
        adapter = shipped_adapter_of(model) or NO_MEMORY_ADAPTER
    if adapter == NO_MEMORY_ADAPTER:
        return NO_MEMORY_ADAPTER
    if model == SCRIPTED_MODEL:
        raise UsageError("The scripted engine takes no adapter.", "Leave --adapter out.")
    if is_server(model):
        raise UsageError("A server keeps no memory and takes no adapter.", "Leave --adapter out.")
    directory = adapter_directory(adapter)
    return adapter if adapter in shipped_adapters() else str(directory)


def fit_of(directory: Path | None, settings: Settings, target_words: int) -> "FitReport | None":
    """Whether a local model fits this machine; None when there are no weights to assess."""
    if directory is None:
        return None
    from novelgen.modeling.fit import assess

    return assess(
        directory,
        writing_dtype_of(settings),
        target_words,
        settings.device,
        candidates=settings.candidates,
        tail_tokens=settings.tail_tokens,
        quantization=settings.quantization,
        placement=settings.placement,
    )


def writing_dtype_of(settings: Settings) -> str:
    """The dtype novels are written with; `auto` depends on the device."""
    from novelgen.modeling.backbone import writing_dtype

    return writing_dtype(settings.device) if settings.dtype == "auto" else settings.dtype


def dtype_of(settings: Settings) -> str:
    """The dtype for training and judging; `auto` depends on the device."""
    from novelgen.modeling.backbone import default_dtype

    return default_dtype(settings.device) if settings.dtype == "auto" else settings.dtype


def retention_of(settings: Settings) -> "Retention":
    """Which memory snapshots are kept."""
    from novelgen.generation.retention import Retention

    return Retention(None if settings.snapshots_kept == "all" else settings.keyframe_interval)


def borrowed_names(novel: "NovelRecord") -> frozenset[str]:
    """Names of people in the books that a novel's adapter was trained on, in lower case."""
    from novelgen.modeling.adapter_config import NAMES_NAME
    from novelgen.modeling.shipped_adapters import adapter_directory
    from novelgen.text.alarms.borrowed_names import read_names

    if novel.adapter == NO_MEMORY_ADAPTER:
        return frozenset()
    return read_names(adapter_directory(novel.adapter) / NAMES_NAME)
