"""One engine run by several processes, each with a share of every matrix.

The first process has the engine that the product talks to. It tells the others each call before
it makes it, and they make the same call, whose inner sums need all of them. The others have
nothing but this: no database, no terminal, no say in when a text ends.

Which errors leave the processes in step is known: a request that is refused is refused by all.
After any other error the first process ends, and torchrun ends the rest.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from novelgen.engine.messages import (
    memory_as_json,
    memory_from_json,
    request_as_json,
    request_from_json,
)
from novelgen.engine.protocol import DecodeObserver, QuietObserver
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)
from novelgen.errors import MemoryStateError, UsageError
from novelgen.modeling import process_team
from novelgen.modeling.device import torch_device
from novelgen.modeling.placement import Placement, require_processes
from novelgen.modeling.torch_engine import TorchEngine, load_torch_engine

_PATHS = ("directory", "adapter_dir")


class LeadingEngine:
    """An `Engine` in the first process. Build it with `load_tensor_parallel_engine`."""

    def __init__(self, engine: TorchEngine) -> None:
        self._engine = engine

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def count_tokens(self, text: str) -> int:
        return self._engine.count_tokens(text)

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return self._engine.count_prompt_tokens(brief, tail)

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return self._engine.render_chat(messages, reply_start)

    def initial_memory(self) -> MemoryState:
        return self._engine.initial_memory()

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        process_team.tell({"call": "decode", "request": request_as_json(request)})
        return self._engine.decode(request, _AgreeingObserver(observer, len(request.stream_keys)))

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        process_team.tell({"call": "write", "memory": memory_as_json(memory), "segment": segment})
        return self._engine.write(memory, segment)

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        asked = {"memory": memory_as_json(memory), "brief": brief, "tail": tail, "texts": [*texts]}
        process_team.tell({"call": "scores", **asked})
        return self._engine.scores(memory, brief, tail, texts)


def load_tensor_parallel_engine(
    directory: Path,
    model_name: str,
    model_fingerprint: str,
    segment_size: int,
    brief_version: int,
    adapter_dir: Path | None = None,
    device: str = "auto",
    dtype: str = "auto",
    quantization: str = "auto",
) -> LeadingEngine:
    """The engine of `load_torch_engine`, shared out; call it in the first process alone.

    Raises as that does, and `UsageError` where torchrun started no other process.
    """
    require_processes()
    arguments = {
        "directory": str(directory),
        "model_name": model_name,
        "model_fingerprint": model_fingerprint,
        "segment_size": segment_size,
        "brief_version": brief_version,
        "adapter_dir": None if adapter_dir is None else str(adapter_dir),
        "device": device,
        "dtype": dtype,
        "quantization": quantization,
    }
    process_team.join(torch_device(device).type)
    process_team.tell({"call": "load", "arguments": arguments})
    return LeadingEngine(_load(arguments))


def follow(device: str) -> None:
    """In every other process: do as the first one tells, until it is done.

    Raises what a call raises that may not have failed in all processes.
    """
    process_team.join(torch_device(device).type)
    engine = None
    while (message := process_team.hear())["call"] != "stop":
        if message["call"] == "load":
            engine = _load(message["arguments"])
        elif engine is not None:
            with suppress(UsageError, MemoryStateError):
                _make_call(engine, message)
    process_team.leave()


def dismiss_followers(device: str) -> None:
    """In the first process, when all is done: let the others end. They need not have loaded."""
    process_team.join(torch_device(device).type)
    process_team.tell({"call": "stop"})
    process_team.leave()


class _AgreeingObserver:
    """Shows text where someone watches; the first process alone says when to stop, and whom."""

    def __init__(self, observer: DecodeObserver | None, num_rows: int) -> None:
        self._observer, self._num_rows = observer or QuietObserver(), num_rows

    def on_text(self, row: int, text: str) -> None:
        self._observer.on_text(row, text)

    def on_void(self, row: int) -> None:
        self._observer.on_void(row)

    def on_wait(self, is_waiting: bool) -> None:
        self._observer.on_wait(is_waiting)

    def should_stop(self) -> bool:
        return process_team.agree([self._observer.should_stop()])[0]

    def rejected_rows(self) -> Collection[int]:
        rejected = self._observer.rejected_rows()
        agreed = process_team.agree([row in rejected for row in range(self._num_rows)])
        return [row for row, is_rejected in enumerate(agreed) if is_rejected]


def _load(arguments: dict[str, Any]) -> TorchEngine:
    paths = {name: Path(arguments[name]) for name in _PATHS if arguments[name] is not None}
    return load_torch_engine(**arguments | paths, placement=Placement.TENSOR)


def _make_call(engine: TorchEngine, message: dict[str, Any]) -> None:
    """Its result is the first process's as well."""
    if message["call"] == "decode":
        request = request_from_json(message["request"])
        engine.decode(request, _AgreeingObserver(None, len(request.stream_keys)))
    elif message["call"] == "write":
        engine.write(memory_from_json(message["memory"]), message["segment"])
    else:
        memory = memory_from_json(message["memory"])
        engine.scores(memory, message["brief"], message["tail"], message["texts"])
