"""What goes over the socket: JSON documents, one a message; never pickle.

Every value of the engine seam has one form here, and errors of the product cross as themselves.
"""

import base64
import json
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from novelgen import errors
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
from novelgen.errors import ModelError, NovelgenError

LARGEST_MESSAGE_BYTES = 256 * 2**20
Message = dict[str, Any]


def send(connection: Connection, message: Message) -> None:
    """Send one message. Raises `OSError` when nobody is there."""
    connection.send_bytes(json.dumps(message).encode("ascii"))


def receive(connection: Connection) -> Message:
    """The next message. Raises `EOFError` or `OSError` when nobody is there any more."""
    message: Message = json.loads(connection.recv_bytes(LARGEST_MESSAGE_BYTES))
    return message


def error_message(error: Exception) -> Message:
    """An error for the other side; one nobody foresaw becomes a `ModelError` that names it."""
    if not isinstance(error, NovelgenError):
        error = ModelError(
            f"The engine failed: {type(error).__name__}: {error}", "The log file has more."
        )
    return {
        "error": type(error).__name__,
        "message": error.message,
        "remedy": error.remedy,
    }


def raise_error(message: Message) -> None:
    """Raise the error that a message carries, if it carries one."""
    if "error" not in message:
        return
    kind = getattr(errors, message["error"], ModelError)
    raise kind(message["message"], message["remedy"])


def memory_to_json(memory: MemoryState) -> str:
    return base64.b64encode(memory.data).decode("ascii")


def memory_from_json(text: str) -> MemoryState:
    """Raises `MemoryStateError` for damaged bytes."""
    return parse_memory(base64.b64decode(text))


def request_to_json(request: DecodeRequest) -> Message:
    return {
        "memory": None if request.memory is None else memory_to_json(request.memory),
        "brief": request.brief,
        "tail": request.tail,
        "sampling": request.sampling.as_json(),
        "stream_keys": [key.hex() for key in request.stream_keys],
        "max_new_tokens": request.max_new_tokens,
        "min_new_tokens": request.min_new_tokens,
        "max_words": request.max_words,
        "stop_strings": list(request.stop_strings),
    }


def request_from_json(fields: Message) -> DecodeRequest:
    memory = fields["memory"]
    return DecodeRequest(
        **fields
        | {
            "memory": None if memory is None else memory_from_json(memory),
            "sampling": SamplingParams(**fields["sampling"]),
            "stream_keys": tuple(bytes.fromhex(key) for key in fields["stream_keys"]),
            "stop_strings": tuple(fields["stop_strings"]),
        }
    )


def result_to_json(result: DecodeResult) -> Message:
    return asdict(result)


def result_from_json(fields: Message) -> DecodeResult:
    candidates = tuple(
        Candidate(**candidate | {"finish_reason": FinishReason(candidate["finish_reason"])})
        for candidate in fields["candidates"]
    )
    return DecodeResult(candidates, fields["prompt_tokens"], fields["elapsed_seconds"])


def info_to_json(info: EngineInfo) -> Message:
    return asdict(info) | {"versions": dict(info.versions)}


def info_from_json(fields: Message) -> EngineInfo:
    return EngineInfo(**fields)
