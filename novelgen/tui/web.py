"""The workbench in a browser, through textual-serve; on this machine alone unless asked otherwise.

Whoever reaches the page may do everything that the workbench can. A page of another origin is
refused, since browsers let any page open a connection to this machine. The command that
textual-serve hands to a shell is quoted, and made of this program's own words.
"""

import logging
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from novelgen.errors import UsageError

if TYPE_CHECKING:
    from aiohttp import web

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


def serve(command: Sequence[str], host: str, port: int) -> None:
    """Serve the command until Ctrl-C. Raises `UsageError` where the extra is not installed."""
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError as error:
        raise UsageError(
            "The workbench in a browser needs an extra.", "Install it: pip install 'novelgen[web]'"
        ) from error

    class OwnPages(Server):
        """Answers only pages that it has served itself, and does not tell every request."""

        def initialize_logging(self) -> None:
            logging.basicConfig(level=logging.WARNING)

        async def handle_websocket(self, request: "web.Request") -> "web.WebSocketResponse":
            if not is_own_page(request.headers.get("Origin"), request.host, host):
                raise web.HTTPForbidden(text="This page was not served by novelgen.")
            return await super().handle_websocket(request)

    OwnPages(shlex.join(command), host=host, port=port, title="novelgen").serve()


def is_own_page(origin: str | None, host: str, served: str) -> bool:
    """Whether a request comes from a page of this very server.

    `host` is what the request names, which for a server on loopback must be loopback: a name that
    was made to point here is not.
    """
    if origin is None or urlsplit(origin).netloc != host:
        return False
    return served not in LOOPBACK or urlsplit(origin).hostname in LOOPBACK
