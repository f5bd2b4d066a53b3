"""Requests and memories as JSON, for an engine whose other half is another process.

Guarantees that what is read equals what was written, to the last bit. No pickle: reading runs no
code.
"""

from dataclasses import asdict, fields
from typing import Any

from novelgen.engine.values import DecodeRequest, MemoryState, SamplingParams


def memory_as_json(memory: MemoryState) -> dict[str, Any]:
    return {**asdict(memory), "data": memory.data.hex()}


def memory_from_json(document: dict[str, Any]) -> MemoryState:
    return MemoryState(**{**document, "data": bytes.fromhex(document["data"])})


def request_as_json(request: DecodeRequest) -> dict[str, Any]:
    named = {field.name: getattr(request, field.name) for field in fields(request)}
    return named | {
        "memory": None if request.memory is None else memory_as_json(request.memory),
        "sampling": request.sampling.as_json(),
        "stream_keys": [key.hex() for key in request.stream_keys],
    }


def request_from_json(document: dict[str, Any]) -> DecodeRequest:
    memory = document["memory"]
    return DecodeRequest(
        **document
        | {
            "memory": None if memory is None else memory_from_json(memory),
            "sampling": SamplingParams(**document["sampling"]),
            "stream_keys": tuple(map(bytes.fromhex, document["stream_keys"])),
            "stop_strings": tuple(document["stop_strings"]),
        }
    )
