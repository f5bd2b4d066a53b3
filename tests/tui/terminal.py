"""A real terminal for tests: a tmux server of its own, driven by keys and read as text."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

_WIDTH, _HEIGHT = 140, 45
_SECONDS_BETWEEN_KEYS = 0.15
"""As fast as a person; an escape must not meet the key after it."""
_SECONDS_BETWEEN_LOOKS = 0.3


class Terminal:
    """One command in a terminal of its own; it is over when the command ends.

    It runs in the folder of the socket.
    """

    def __init__(
        self, socket: Path, command: list[str], environment: dict[str, str], patience: float
    ) -> None:
        """`patience`: seconds that each wait may take."""
        self._socket = socket
        self._patience = patience
        size = ["-x", str(_WIDTH), "-y", str(_HEIGHT), "-c", str(socket.parent)]
        told = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", *size, *command),
            environment=environment | told,
        )

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        for key in keys:
            self._tmux("send-keys", key)
            time.sleep(_SECONDS_BETWEEN_KEYS)

    def type(self, text: str) -> None:
        """Type a text at once."""
        self._tmux("send-keys", "-l", text)

    def shown(self) -> str:
        """The text on the screen."""
        return self._tmux("capture-pane", "-p")

    def until(self, wanted: str) -> None:
        """Wait until a text is on the screen."""
        self.until_so(lambda: wanted in self.shown(), wanted)

    def until_so(self, is_so: Callable[[], object], what: str) -> None:
        """Wait until something is true; `what` says it in words."""
        end = time.monotonic() + self._patience
        while not is_so():
            if time.monotonic() >= end:
                screen = self.shown() if self.is_open() else "The terminal is closed."
                raise AssertionError(f"never: {what}\n{screen}")
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def is_open(self) -> bool:
        """Whether the command still runs."""
        return self._call("has-session").returncode == 0

    def close(self) -> None:
        """Take the terminal away from the command, as a connection that drops does."""
        self._call("kill-server")

    def _call(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            ["tmux", "-S", str(self._socket), *arguments], capture_output=True, check=False
        )

    def _tmux(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, env=environment
        ).stdout
