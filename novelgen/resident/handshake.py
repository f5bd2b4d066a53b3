"""Both ends prove that they know the secret, or part; neither waits for ever.

The proof is that of `multiprocessing.connection` (HMAC over a random challenge). It runs in a
thread of its own, since a peer that connects and says nothing cannot be waited for with a limit.
"""

import threading
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from typing import Any, TypeVar

SECONDS_TO_SHAKE_HANDS = 10.0
Given = TypeVar("Given")


class NoHandshake(Exception):
    """The other end does not know the secret, says nothing, or is not there."""


def greet(connection: Connection, secret: bytes) -> None:
    """The listening end. Blocks as long as the other end does; raises `NoHandshake`."""
    try:
        deliver_challenge(connection, secret)
        answer_challenge(connection, secret)
    except (AuthenticationError, OSError, EOFError, ValueError) as error:
        raise NoHandshake from error


def reach(address: str, secret: bytes, limit_seconds: float = SECONDS_TO_SHAKE_HANDS) -> Connection:
    """The connecting end. Raises `NoHandshake`, when the limit has passed at the latest."""

    def connect() -> Connection:
        try:
            connection: Any = Client(address)
            answer_challenge(connection, secret)
            deliver_challenge(connection, secret)
        except (AuthenticationError, OSError, EOFError, ValueError) as error:
            raise NoHandshake from error
        found: Connection = connection
        return found

    return _within(limit_seconds, connect)


def _within(seconds: float, function: Callable[[], Given]) -> Given:
    given: list[Given] = []
    raised: list[BaseException] = []

    def call() -> None:
        try:
            given.append(function())
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            raised.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise NoHandshake
    return given[0]
