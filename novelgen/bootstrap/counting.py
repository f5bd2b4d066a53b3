"""An engine that counts a novel's tokens without loading its model, and how far it can be trusted.

Torch-free. A model that is not here, or whose tokenizer cannot be read, is estimated by the rule
that servers' texts are counted with.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.engine.values import (
    NO_MEMORY_ADAPTER,
    SCRIPTED_MODEL,
    EngineInfo,
    ModelRuntime,
    is_server,
)
from novelgen.errors import NovelgenError

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.engine.protocol import Engine
    from novelgen.generation.next_context import NextContext, NothingNext
    from novelgen.generation.novel_settings import NovelSettings
    from storage.records import NovelRecord

_DEFAULT_CONTEXT = 2_048
"""Tokens, of a model whose configuration names no limit."""


@dataclass(frozen=True, slots=True)
class Counting:
    """An engine for counting."""

    engine: "Engine"
    doubt: str = ""
    """Why its numbers are estimates; empty where they are the model's own."""


@dataclass(frozen=True, slots=True)
class NextSeen:
    """What the next passage will be written from, and why its numbers may be off."""

    found: "NextContext | NothingNext"
    doubt: str = ""


def next_seen(workbench: "Workbench", novel_id: str) -> NextSeen:
    """What the model would see for the novel's next passage. Raises `UsageError`."""
    from novelgen.bootstrap.choices import borrowed_names
    from novelgen.generation.next_context import next_context
    from novelgen.generation.passage_source import LookedAt
    from novelgen.prompting.library import PromptLibrary

    novel = workbench.find(novel_id).novel
    counting = counting_for(workbench, novel)
    library = PromptLibrary(workbench.paths.user_prompts)
    source = LookedAt(workbench.store, counting.engine, library, novel, borrowed_names(novel))
    return NextSeen(next_context(source), counting.doubt)


def counting_for(workbench: "Workbench", novel: "NovelRecord") -> Counting:
    """An engine that counts as the novel's own does, as far as that is known here."""
    from novelgen.engine.scripted import ScriptedEngine
    from novelgen.generation.novel_settings import NovelSettings

    of_novel = NovelSettings.from_json(novel.settings)
    if novel.model == SCRIPTED_MODEL:
        return Counting(ScriptedEngine(of_novel.segment_size))
    try:
        if is_server(novel.model):
            return _of_server(workbench, novel, of_novel)
        return _of_model(workbench, novel, of_novel)
    except NovelgenError as error:
        return _estimated(novel, of_novel, error.message)


def _of_model(workbench: "Workbench", novel: "NovelRecord", of_novel: "NovelSettings") -> Counting:
    from novelgen.modeling.chat import has_chat_template
    from novelgen.modeling.counting import counting_engine, tokenization_in

    if of_novel.runtime is ModelRuntime.LLAMA_CPP:
        directory, window = _of_gguf(workbench, Path(novel.model))
    else:
        directory, window = _of_folder(workbench, novel.model)
    if directory is None:
        return _estimated(novel, of_novel, f"{novel.model} is not here yet.")
    tokenization = tokenization_in(directory)
    info = _info(novel, of_novel, window, has_chat=has_chat_template(tokenization))
    return Counting(counting_engine(tokenization, info))


def _of_folder(workbench: "Workbench", model: str) -> tuple[Path | None, int]:
    """Where the tokenizer is, and how many tokens the model attends to."""
    from novelgen.modeling.provisioning import find_local
    from novelgen.modeling.safetensors_header import read_config

    directory = find_local(model, workbench.paths.models)
    if directory is None:
        return None, _DEFAULT_CONTEXT
    config = read_config(directory)
    text = config.get("text_config")
    longest = (text if isinstance(text, dict) else config).get("max_position_embeddings")
    return directory, longest if isinstance(longest, int) else _DEFAULT_CONTEXT


def _of_gguf(workbench: "Workbench", gguf: Path) -> tuple[Path | None, int]:
    from novelgen.modeling.gguf_header import read_gguf_header
    from novelgen.modeling.llamacpp.provisioning import known_tokenizer
    from novelgen.modeling.rough_fit import number

    header = read_gguf_header(gguf)
    trained = number(header.fields, f"{header.architecture}.context_length")
    limit = workbench.settings.context_tokens
    return known_tokenizer(gguf, workbench.paths.models), min(trained or limit, limit)


def _of_server(workbench: "Workbench", novel: "NovelRecord", of_novel: "NovelSettings") -> Counting:
    """The engine as it counts, of a server that is not asked for anything."""
    from novelgen.prompting.library import PromptLibrary
    from novelgen.remote.access import require_remote_extra
    from novelgen.remote.naming import server_named

    server = server_named(novel.model, workbench.settings.servers)
    require_remote_extra()
    from novelgen.remote.probing import GUESSED_CONTEXT, ServerFacts
    from novelgen.remote.remote_engine import RemoteEngine

    size = server.settings.context_tokens
    facts = ServerFacts((), size or GUESSED_CONTEXT, "")
    library = PromptLibrary(workbench.paths.user_prompts)
    engine = RemoteEngine(server, None, facts, library, segment_size=of_novel.segment_size)
    doubt = "A server's tokens are estimated, rather too many than too few."
    if size is None:
        doubt += " How long its window is, is a guess until it is asked."
    return Counting(engine, doubt)


def _estimated(novel: "NovelRecord", of_novel: "NovelSettings", why: str) -> Counting:
    from novelgen.engine.counting import CountingEngine
    from novelgen.remote.token_estimate import estimate_tokens

    def estimate_prompt(brief: str, tail: str) -> int:
        return estimate_tokens(brief) + estimate_tokens(tail)

    info = _info(novel, of_novel, _DEFAULT_CONTEXT, has_chat=False)
    engine = CountingEngine(info, estimate_tokens, estimate_prompt)
    return Counting(engine, f"{why} The tokens are estimated, and the window is a guess.")


def _info(
    novel: "NovelRecord", of_novel: "NovelSettings", window: int, *, has_chat: bool
) -> EngineInfo:
    slots, hidden_size, segment_size = 0, 1, of_novel.segment_size
    if novel.adapter != NO_MEMORY_ADAPTER:
        from novelgen.modeling.adapter_config import CONFIG_NAME, parse_adapter_config
        from novelgen.modeling.shipped_adapters import adapter_directory

        config = parse_adapter_config(adapter_directory(novel.adapter) / CONFIG_NAME)
        slots, hidden_size = config.num_mem_tokens, config.hidden_size
        segment_size = config.segment_size
    return EngineInfo(
        model=novel.model,
        model_fingerprint=novel.model_fingerprint,
        adapter_fingerprint=novel.adapter_fingerprint,
        num_mem_tokens=slots,
        hidden_size=hidden_size,
        segment_size=segment_size,
        context_size=window,
        has_chat_template=has_chat,
        device="none",
        dtype="none",
    )
