"""The workbench in a browser: on loopback, for pages that it has served itself."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from novelgen.tui.web import is_own_page
from tests.tui.conftest import TITLE


@pytest.mark.parametrize(
    ("origin", "host", "served", "is_own"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "127.0.0.1", True),
        ("http://localhost:8000", "localhost:8000", "127.0.0.1", True),
        ("http://127.0.0.1:8001", "127.0.0.1:8000", "127.0.0.1", False),
        ("https://example.org", "127.0.0.1:8000", "127.0.0.1", False),
        ("http://example.org:8000", "example.org:8000", "127.0.0.1", False),  # made to point here
        ("http://desk.home:8000", "desk.home:8000", "0.0.0.0", True),
        ("https://example.org", "desk.home:8000", "0.0.0.0", False),
        (None, "127.0.0.1:8000", "127.0.0.1", False),
        ("null", "127.0.0.1:8000", "127.0.0.1", False),
    ],
)
def test_whose_page_it_is(origin: str | None, host: str, served: str, is_own: bool) -> None:
    assert is_own_page(origin, host, served) is is_own


@pytest.fixture
def served(written_home: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a served workbench."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    plain = {name: value for name, value in environment.items() if name != "PYTHONWARNINGS"}
    command = [sys.executable, "-m", "novelgen", "tui", "--web", "--port", str(port)]
    with subprocess.Popen(
        command, env=plain, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        yield f"127.0.0.1:{port}"
        server.terminate()
        assert server.wait(20) is not None


async def test_a_page_shows_the_library_and_a_foreign_one_does_not(served: str) -> None:
    async with aiohttp.ClientSession() as session:
        await _until_up(session, served)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"ws://{served}/ws", origin="https://example.org")
        async with session.ws_connect(f"ws://{served}/ws", origin=f"http://{served}") as page:
            seen = b""
            async with asyncio.timeout(40):
                async for message in page:
                    seen += message.data if isinstance(message.data, bytes) else b""
                    if TITLE.encode() in seen:
                        break
        assert TITLE.encode() in seen


async def _until_up(session: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(40):
        while True:
            try:
                async with session.get(f"http://{address}/") as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
