"""One engine run by several processes, each with a share of every matrix.

The first process has the engine that the product talks to. It tells the others each call before
it makes it, and they make the same call, whose inner sums need all of them. The others have
nothing but this: no database, no terminal, no say in when a text ends.

There may be several engines, one to write and one to plan; what the first process has let go of,
the others let go of before the next is loaded. Which errors leave the processes in step is known: a
request that is refused is refused by all, and so is a model. After any other error the engines
refuse to go on (`DeviceFailed`); the first process has to end, and torchrun ends the rest.
"""

import gc
import itertools
import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import torch

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
from novelgen.errors import DeviceFailed, MemoryStateError, ModelError, UsageError
from novelgen.modeling import process_team
from novelgen.modeling.device import torch_device
from novelgen.modeling.lockstep import Lockstep, all_succeeded
from novelgen.modeling.placement import Placement, num_processes, require_processes
from novelgen.modeling.torch_engine import TorchEngine, load_torch_engine

_PATHS = ("directory", "adapter_dir")
_REFUSALS = (UsageError, MemoryStateError)
"""What a call raises in all processes or in none."""
_STEP = Lockstep()
_NUMBERS = itertools.count(1)
_ENGINES: "WeakValueDictionary[int, LeadingEngine]" = WeakValueDictionary()
"""The engines that the first process still has, by the numbers that all processes know them by."""


class LeadingEngine:
    """An `Engine` in the first process. Build it with `load_tensor_parallel_engine`."""

    def __init__(self, engine: TorchEngine, number: int) -> None:
        self._engine = engine
        self._number = number

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
        with _STEP.call(*_REFUSALS):
            self._tell("decode", request=request_as_json(request))
            agreeing = _AgreeingObserver(observer, len(request.stream_keys))
            return self._engine.decode(request, agreeing)

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        with _STEP.call(*_REFUSALS):
            self._tell("write", memory=memory_as_json(memory), segment=segment)
            return self._engine.write(memory, segment)

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        asked = {"memory": memory_as_json(memory), "brief": brief, "tail": tail, "texts": [*texts]}
        with _STEP.call(*_REFUSALS):
            self._tell("scores", **asked)
            return self._engine.scores(memory, brief, tail, texts)

    def _tell(self, call: str, **asked: Any) -> None:
        process_team.tell({"call": call, "engine": self._number, **asked})


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

    Raises as that does, `UsageError` where torchrun started no other process, and `DeviceFailed`
    where the processes are out of step.
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
    _STEP.require()
    _meet(device)
    number, kept = next(_NUMBERS), sorted(_ENGINES)
    with _STEP.call(ModelError, UsageError):
        process_team.tell({"call": "load", "engine": number, "kept": kept, "arguments": arguments})
        engine = LeadingEngine(_load_together(arguments), number)
    _ENGINES[number] = engine
    return engine


def follow(device: str) -> None:
    """In every other process: do as the first one tells, until it is done.

    Raises what a call raises that may not have failed in all processes.
    """
    _meet(device)
    engines: dict[int, TorchEngine] = {}
    while (message := process_team.hear())["call"] != "stop":
        if message["call"] == "load":
            _let_go(engines, message["kept"])
            try:
                engines[message["engine"]] = _load_together(message["arguments"])
            except DeviceFailed:
                raise
            except (ModelError, UsageError):  # by all; the first process says why
                continue
        else:
            with suppress(*_REFUSALS):
                _make_call(engines[message["engine"]], message)
    process_team.leave()


def dismiss_followers(device: str) -> None:
    """In the first process, when all is done: let the others end. They need not have loaded.

    Raises `DeviceFailed` where they cannot be told, as they are out of step.
    """
    _STEP.require()
    _meet(device)
    process_team.tell({"call": "stop"})
    process_team.leave()


def _meet(device: str) -> None:
    """Raises `UsageError` where the processes of this machine outnumber its cards."""
    chosen = torch_device(device)
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", num_processes()))
    if chosen.type == "cuda" and processes > torch.cuda.device_count():
        raise UsageError(
            f"{processes} processes cannot share {torch.cuda.device_count()} GPUs: each needs one.",
            "Start as many processes as there are GPUs to be seen (CUDA_VISIBLE_DEVICES).",
        )
    process_team.join(chosen.type)


def _let_go(engines: dict[int, TorchEngine], kept: Collection[int]) -> None:
    """Before another is loaded, as there may not be room for both."""
    for number in engines.keys() - set(kept):
        del engines[number]
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _load_together(arguments: dict[str, Any]) -> TorchEngine:
    """Raises `ModelError` or `UsageError` in all processes, wherever loading failed.

    A device that failed is told of by the process's own end.
    """
    engine, failure = None, None
    try:
        engine = _load(arguments)
    except DeviceFailed:
        raise
    except (ModelError, UsageError) as error:
        failure = error
    if all_succeeded(failure is None) and engine is not None:
        return engine
    raise failure or ModelError(
        "Another process could not load its share of the model.",
        "novelgen.log of that process says why.",
    )


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
