"""What a server says of itself: that it answers, which models it has, how long their context is.

Each kind of server says it elsewhere; what is not said is guessed, and the guess is corrected when
the server refuses a request that is too long.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError

from novelgen.remote.client import open_client
from novelgen.remote.failures import FailureReader, Kind
from novelgen.remote.keys import ApiKey
from novelgen.remote.naming import Server

GUESSED_CONTEXT = 8_192
_OLLAMA_CONTEXT = 4_096
"""What Ollama loads a model with unless it is told otherwise, whatever the model could do. It cuts
what is longer and says nothing."""
_SECONDS = 20.0
_LONGEST_WAIT = 60.0
_NO_LIST = (403, 404, 405, 501)
"""Answers of servers without a list, or with one that a key may not see. Whether the key is right
is seen with the first request."""
_CONTEXT_NAMES = ("max_model_len", "context_length", "context_window", "max_context_length")


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What is known of a server before anything is written with it."""

    models: tuple[str, ...]
    """Those it says it has; empty when it does not say."""
    context_size: int
    context_source: str
    """Who says so, in words."""


def probe(
    server: Server,
    key: ApiKey | None,
    retries: int = 0,
    narrate: Callable[[str], None] = lambda _: None,
) -> ServerFacts:
    """Ask a server about itself; one that is busy, or still loads its model, again.

    Raises `ModelError` when it does not answer or refuses the key.
    """
    return asyncio.run(_probe(server, key, retries, narrate))


async def _probe(
    server: Server, key: ApiKey | None, retries: int, narrate: Callable[[str], None]
) -> ServerFacts:
    async with open_client(server, key) as client:
        listed = await _listed(client, server, FailureReader(server, key), retries, narrate)
        models = tuple(str(model["id"]) for model in listed if "id" in model)
        size, source = server.settings.context_tokens, "the settings"
        if size is None:
            size, source = _said_in(listed, server.settings.model), "the server"
        if size is None:
            size = await _said_elsewhere(client, server)
    if size is None:
        return ServerFacts(models, GUESSED_CONTEXT, "a guess: the server does not say")
    return ServerFacts(models, size, source)


async def _listed(
    client: AsyncOpenAI,
    server: Server,
    failures: FailureReader,
    retries: int,
    narrate: Callable[[str], None],
) -> list[Mapping[str, Any]]:
    """The server's list, asked for until it answers or the tries are used up."""
    for tried in count():
        try:
            async with asyncio.timeout(_SECONDS + server.settings.connect_seconds):
                return await _models(client)
        except TimeoutError:
            raise failures.error(failures.stalled("the list of models", _SECONDS)) from None
        except APIConnectionError as error:  # nothing is lost yet: a person should know at once
            raise failures.error(failures.read(error)) from None
        except APIStatusError as error:
            failure = failures.read(error)
        wait = max(server.settings.retry_seconds * 2**tried, failure.wait_seconds or 0.0)
        if failure.kind is not Kind.AGAIN or tried >= retries or wait > _LONGEST_WAIT:
            raise failures.error(failure)
        narrate(f"Waiting for {server.short_name}: {failure.what}.")
        await asyncio.sleep(wait)
    raise AssertionError


async def _models(client: AsyncOpenAI) -> list[Mapping[str, Any]]:
    """The server's list; empty where it keeps or shows none, or one that cannot be read."""
    try:
        document: Any = await client.get("/models", cast_to=object)
    except APIStatusError as error:
        if error.status_code in _NO_LIST:
            return []
        raise
    except (ValueError, RecursionError):  # what should have been JSON
        return []
    data = document.get("data") if isinstance(document, dict) else None
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def _said_in(listed: list[Mapping[str, Any]], model: str) -> int | None:
    """vLLM, OpenRouter and others say it beside the model's name."""
    for each in listed:
        if each.get("id") == model:
            for name in _CONTEXT_NAMES:
                if _is_size(each.get(name)):
                    return int(each[name])
    return None


async def _said_elsewhere(client: AsyncOpenAI, server: Server) -> int | None:
    """llama-server, LM Studio and Ollama, each in its own place."""
    model = server.settings.model
    props = await _ask(client, f"{server.root}/props")
    size = _within(props, "default_generation_settings", "n_ctx")
    if size is None:
        listed = await _ask(client, f"{server.root}/api/v0/models")
        data = listed.get("data") if isinstance(listed, dict) else None
        for each in data if isinstance(data, list) else []:
            if isinstance(each, dict) and each.get("id") == model:
                size = _within(each, "loaded_context_length") or _within(each, "max_context_length")
    return size if size is not None else await _said_by_ollama(client, server)


async def _said_by_ollama(client: AsyncOpenAI, server: Server) -> int | None:
    model = server.settings.model
    running = await _ask(client, f"{server.root}/api/ps")
    models = running.get("models") if isinstance(running, dict) else None
    for each in models if isinstance(models, list) else []:
        if isinstance(each, dict) and model in (each.get("name"), each.get("model")):
            size = _within(each, "context_length")
            if size is not None:
                return size
    shown = await _ask(client, f"{server.root}/api/show", {"model": model})
    if not isinstance(shown, dict) or "model_info" not in shown:
        return None
    for line in str(shown.get("parameters", "")).splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "num_ctx" and value.strip().isdecimal():
            return int(value)
    info = shown["model_info"] if isinstance(shown["model_info"], dict) else {}
    trained = [int(value) for name, value in info.items()
               if str(name).endswith(".context_length") and _is_size(value)]  # fmt: skip
    return min([_OLLAMA_CONTEXT, *trained])


async def _ask(client: AsyncOpenAI, url: str, body: dict[str, str] | None = None) -> Any:
    """A document of a server; None where there is none, which is most of the time."""
    try:
        async with asyncio.timeout(_SECONDS):
            if body is None:
                return await client.get(url, cast_to=object)
            return await client.post(url, cast_to=object, body=body)
    except (OpenAIError, TimeoutError, ValueError, RecursionError):
        return None


def _within(document: Any, *names: str) -> int | None:
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return int(document) if _is_size(document) else None


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000_000
