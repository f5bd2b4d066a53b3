"""What goes over the socket: JSON documents, one a message; errors of the product as themselves."""

import json
from multiprocessing.connection import Connection
from typing import Any

from novelgen import errors
from novelgen.errors import ModelError, NovelgenError

LARGEST_MESSAGE_BYTES = 256 * 2**20
Message = dict[str, Any]


class PeerGone(Exception):
    """Nobody is at the other end of the connection any more."""


def send(connection: Connection, message: Message) -> None:
    """Send one message. Raises `PeerGone`."""
    data = json.dumps(message).encode("ascii")
    try:
        connection.send_bytes(data)
    except (OSError, EOFError) as error:
        raise PeerGone from error


def receive(connection: Connection) -> Message:
    """The next message. Raises `PeerGone`."""
    try:
        data = connection.recv_bytes(LARGEST_MESSAGE_BYTES)
    except (OSError, EOFError) as error:
        raise PeerGone from error
    message: Message = json.loads(data)
    return message


def has_message(connection: Connection, timeout_seconds: float) -> bool:
    """Whether there is something to receive, an end included. Raises `PeerGone`."""
    try:
        return connection.poll(timeout_seconds)
    except (OSError, EOFError) as error:
        raise PeerGone from error


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
