"""The values of the engine seam as JSON, for an engine whose other half is another process.

Guarantees that what is read equals what was written, to the last bit. No pickle: reading runs no
code.
"""

import base64
from dataclasses import asdict
from typing import Any

from novelgen.engine.memory import parse_memory
from novelgen.engine.values import (
    Candidate,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    FinishReason,
    MemoryState,
    SamplingParams,
)


def memory_as_json(memory: MemoryState) -> str:
    return base64.b64encode(memory.data).decode("ascii")


def memory_from_json(text: str) -> MemoryState:
    """Raises `MemoryStateError` for damaged bytes."""
    return parse_memory(base64.b64decode(text))


def request_as_json(request: DecodeRequest) -> dict[str, Any]:
    return {
        "memory": None if request.memory is None else memory_as_json(request.memory),
        "brief": request.brief,
        "tail": request.tail,
        "sampling": request.sampling.as_json(),
        "stream_keys": [key.hex() for key in request.stream_keys],
        "max_new_tokens": request.max_new_tokens,
        "min_new_tokens": request.min_new_tokens,
        "max_words": request.max_words,
        "stop_strings": list(request.stop_strings),
    }


def request_from_json(fields: dict[str, Any]) -> DecodeRequest:
    memory = fields["memory"]
    return DecodeRequest(
        **fields
        | {
            "memory": None if memory is None else memory_from_json(memory),
            "sampling": SamplingParams.from_json(fields["sampling"]),
            "stream_keys": tuple(bytes.fromhex(key) for key in fields["stream_keys"]),
            "stop_strings": tuple(fields["stop_strings"]),
        }
    )


def result_as_json(result: DecodeResult) -> dict[str, Any]:
    return asdict(result)


def result_from_json(fields: dict[str, Any]) -> DecodeResult:
    candidates = tuple(
        Candidate(**candidate | {"finish_reason": FinishReason(candidate["finish_reason"])})
        for candidate in fields["candidates"]
    )
    return DecodeResult(candidates, fields["prompt_tokens"], fields["elapsed_seconds"])


def info_as_json(info: EngineInfo) -> dict[str, Any]:
    return asdict(info) | {"versions": dict(info.versions)}


def info_from_json(fields: dict[str, Any]) -> EngineInfo:
    return EngineInfo(**fields)
