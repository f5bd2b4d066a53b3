"""The HTTP client of one server: no key in any object that is shown, no guessing by environment.

The `openai` client would take keys, organisations and headers from the environment and tell every
server what machine asks. Here each request is stripped to what it needs.
"""

from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

from novelgen.remote.keys import ApiKey
from novelgen.remote.naming import Server

_HEADERS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length",
     "transfer-encoding"}
)  # fmt: skip
_NO_KEY = "none"


def open_client(server: Server, key: ApiKey | None) -> AsyncOpenAI:
    """A client; close it in the event loop it was opened in."""

    async def strip(request: Any) -> None:
        for name in [*request.headers]:
            if name.lower() not in _HEADERS:
                del request.headers[name]
        request.headers["User-Agent"] = "novelgen"
        if key is not None:
            request.headers["Authorization"] = f"Bearer {key.reveal()}"

    settings = server.settings
    seconds = settings.connect_seconds
    http = DefaultAsyncHttpxClient(
        event_hooks={"request": [strip]},
        follow_redirects=False,
        trust_env=not server.is_here,  # a proxy has no way to this machine
        timeout=Timeout(None, connect=seconds, pool=None),
    )
    return AsyncOpenAI(
        api_key=_NO_KEY,
        organization="",
        project="",
        webhook_secret="",
        base_url=settings.url,
        max_retries=0,
        timeout=Timeout(None, connect=seconds, pool=None),
        http_client=http,
    )
