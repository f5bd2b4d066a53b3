"""What follows when a novel goes on with another model or adapter: how much is to be read again.

Answers before any model is loaded, from what is stored and from the adapter's own files.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.engine.values import NO_MEMORY_ADAPTER, SCRIPTED_MODEL, ModelRuntime, is_server

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.generation.memory_identity import MemoryIdentity
    from novelgen.modeling.adapter import Adapter
    from storage.records import NovelRecord


@dataclass(frozen=True, slots=True)
class ReadingAhead:
    """What a memory will have to read of the active branch."""

    has_memory: bool
    is_fetched: bool
    """Whether the model is here; one that is not is fetched when it is first loaded."""
    words: int
    """Not read yet by this model and adapter, as far as is known; 0 without memory."""
    seconds: float | None
    """An estimate; None where this machine's speed is not known."""


def reading_ahead(workbench: "Workbench", novel: "NovelRecord") -> ReadingAhead:
    """Raises `ModelError` when the adapter is damaged, or for another model than that is here."""
    from novelgen.generation.memory_chain import chapters_behind

    directory = _directory(workbench, novel)
    is_elsewhere = novel.model == SCRIPTED_MODEL or is_server(novel.model) or _is_native(novel)
    is_fetched = directory is not None or is_elsewhere
    has_memory = novel.adapter != NO_MEMORY_ADAPTER or novel.model == SCRIPTED_MODEL
    if not has_memory:
        return ReadingAhead(False, is_fetched, 0, 0.0)
    identity = _identity(workbench, novel, directory)
    with workbench.store.reading() as work:
        branch_id = novel.active_branch_id
        chapters = work.chapters.of_branch(branch_id)
        behind = {chapter.number for chapter in chapters}
        if identity is not None:
            behind &= set(chapters_behind(work, branch_id, identity))
    words = sum(each.revision.words for each in chapters if each.number in behind)
    return ReadingAhead(True, is_fetched, words, _seconds(workbench, words, directory))


def _directory(workbench: "Workbench", novel: "NovelRecord") -> Path | None:
    """Of the weights as torch reads them; None where there are none."""
    if novel.model == SCRIPTED_MODEL or is_server(novel.model) or _is_native(novel):
        return None
    from novelgen.modeling.provisioning import find_local

    return find_local(novel.model, workbench.paths.models)


def _is_native(novel: "NovelRecord") -> bool:
    """Whether llama.cpp runs the model's file as it is."""
    from novelgen.generation.novel_settings import NovelSettings

    return NovelSettings.from_json(novel.settings).runtime is ModelRuntime.LLAMA_CPP


def _identity(
    workbench: "Workbench", novel: "NovelRecord", directory: Path | None
) -> "MemoryIdentity | None":
    """What the memory will be read as; None where only the loaded engine can tell."""
    from novelgen.engine.scripted import ScriptedEngine
    from novelgen.generation.memory_identity import MemoryIdentity, identity_of_engine
    from novelgen.generation.novel_settings import NovelSettings

    settings = NovelSettings.from_json(novel.settings)
    if novel.model == SCRIPTED_MODEL:
        return identity_of_engine(ScriptedEngine(settings.segment_size).info)
    from novelgen.modeling.adapter import adapter_fingerprint, load_adapter
    from novelgen.modeling.fingerprints import model_fingerprint
    from novelgen.modeling.llamacpp.provisioning import known_gguf_fingerprint
    from novelgen.modeling.shipped_adapters import adapter_directory
    from novelgen.prompting.brief import BRIEF_VERSION

    fingerprint: str | None = None
    if _is_native(novel):
        adapter = _adapter_of_gguf(novel)
        fingerprint = known_gguf_fingerprint(Path(novel.model), workbench.paths.models)
    elif directory is not None:
        fingerprint = model_fingerprint(directory, workbench.paths.models)
        adapter = load_adapter(adapter_directory(novel.adapter), fingerprint)
    if fingerprint is None:
        return None
    size = adapter.config.segment_size
    return MemoryIdentity(fingerprint, adapter_fingerprint(adapter, size, BRIEF_VERSION))


def _adapter_of_gguf(novel: "NovelRecord") -> "Adapter":
    """Raises `ModelError` when it cannot belong to the file."""
    from novelgen.modeling.adapter import load_adapter
    from novelgen.modeling.gguf_header import read_gguf_header
    from novelgen.modeling.llamacpp.loading import require_adapter_fits
    from novelgen.modeling.rough_fit import number
    from novelgen.modeling.shipped_adapters import adapter_directory

    gguf = Path(novel.model)
    header = read_gguf_header(gguf)
    adapter = load_adapter(adapter_directory(novel.adapter), None)
    hidden_size = number(header.fields, f"{header.architecture}.embedding_length")
    require_adapter_fits(adapter, gguf, header.architecture, hidden_size)
    return adapter


def _seconds(workbench: "Workbench", words: int, directory: Path | None) -> float | None:
    if directory is None:
        return None
    from novelgen.modeling.fit import reading_seconds
    from novelgen.modeling.safetensors_header import read_tensors

    parameters = sum(entry.parameters for entry in read_tensors(directory).values())
    return reading_seconds(words, parameters, workbench.settings.device)
