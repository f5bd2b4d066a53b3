"""What `server:NAME` and `server:ADDRESS#MODEL` stand for.

A novel stores such a name and nothing else of a server: never a key.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import ValidationError

from novelgen.engine.values import SERVER_PREFIX, is_server
from novelgen.errors import NotFoundError, UsageError
from novelgen.server_settings import ServerSettings
from novelgen.setting_mistakes import mistake


@dataclass(frozen=True, slots=True)
class Server:
    """A server with the model that is asked there."""

    name: str
    """As a novel stores it, `server:` included."""
    keyring_user: str
    """Whose entry of the keyring holds the key."""
    settings: ServerSettings

    @property
    def short_name(self) -> str:
        """For a person to read."""
        return self.name.removeprefix(SERVER_PREFIX)

    @property
    def root(self) -> str:
        """The address without `/v1`, below which servers keep what is no part of the interface."""
        return self.settings.url.removesuffix("/v1")

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, by its address."""
        host = urlsplit(self.settings.url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of interface, address and model: who writes there cannot be told closer."""
        settings = self.settings
        told = json.dumps([settings.api, settings.url, settings.model])
        return hashlib.sha256(told.encode()).hexdigest()


def server_named(name: str, servers: Mapping[str, ServerSettings]) -> Server:
    """The server that a name stands for; `servers` are those of the configuration file.

    Raises `NotFoundError` for a name that is not there and `UsageError` for an address that cannot
    be used; neither repeats an address, which may hold a key.
    """
    if not is_server(name):
        raise UsageError(f"{name!r} is no server.", "A server's name begins with server:")
    wanted = name.removeprefix(SERVER_PREFIX)
    if "/" in wanted:
        return _at_address(wanted)
    if wanted in servers:
        return Server(name, wanted, servers[wanted])
    known = ", ".join(sorted(servers)) or "none yet"
    raise NotFoundError(
        f"There is no server {wanted!r} in the configuration file; there are: {known}.",
        f"Add a section [servers.{wanted or 'NAME'}] with url and model, or give the address: "
        "server:http://127.0.0.1:8080/v1#MODEL",
    )


def _at_address(wanted: str) -> Server:
    url, _, model = wanted.partition("#")
    try:
        settings = ServerSettings(url=url, model=model)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        what = "the model is missing" if problem["loc"] == ("model",) else mistake(problem)
        raise UsageError(
            f"This server cannot be used: {what}.",
            "Write it as server:http://HOST:PORT/v1#MODEL; what needs a key or more settings goes "
            "into a section [servers.NAME] of the configuration file.",
        ) from None
    host = urlsplit(settings.url).netloc
    return Server(f"{SERVER_PREFIX}{settings.url}#{settings.model}", host, settings)
