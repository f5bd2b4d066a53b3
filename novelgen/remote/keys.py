"""Keys of servers: out of the environment or the system keyring, into the header of a request.

Guarantees that a key shows itself nowhere else: its text and its representation hide it, it cannot
be pickled, and `scrubbed` takes it out of what a server said.
"""

import os
from typing import NoReturn
from urllib.parse import urlsplit

from novelgen.errors import UsageError
from novelgen.remote.naming import Server
from novelgen.server_settings import KEYRING_SERVICE

ANY_SERVER_VARIABLE = "NOVELGEN_SERVER_KEY"
"""For servers that were given by their address alone."""
_OPENAI_VARIABLE, _OPENAI_HOST = "OPENAI_API_KEY", "api.openai.com"
_HIDDEN = "[key]"
_LEAST_SCRUBBED = 4
"""Characters of a key; a shorter one would take words out of every message."""


class ApiKey:
    """A key that hides."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the header of a request alone."""
        return self._value

    def scrubbed(self, text: str) -> str:
        """`text` without the key."""
        return text.replace(self._value, _HIDDEN) if len(self._value) >= _LEAST_SCRUBBED else text

    def __repr__(self) -> str:
        return "ApiKey([key])"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")


def find_key(server: Server) -> ApiKey | None:
    """The key of a server: of the variable that it names, else of the keyring; None without one.

    Raises `UsageError` for one that no header can hold.
    """
    for variable in _variables(server):
        value = os.environ.get(variable, "").strip()
        if value:
            return _checked(value, f"in the environment variable {variable}")
    value = (_from_keyring(server.keyring_user) or "").strip()
    return _checked(value, "in the keyring") if value else None


def how_to_give_a_key(server: Server) -> str:
    """What a person does so that there is a key."""
    variable = next(iter(_variables(server)), None)
    keyring = f"keyring set {KEYRING_SERVICE} {server.keyring_user}"
    if variable is None:
        return (
            f"Run `{keyring}`, or name an environment variable that holds the key: key_env in "
            f"[servers.{server.short_name}] of the configuration file."
        )
    return f"Set the environment variable {variable} to the key, or run `{keyring}`."


def _variables(server: Server) -> tuple[str, ...]:
    if "/" in server.short_name:  # by its address
        # The key of one company is sent to no other.
        address = urlsplit(server.settings.url)
        is_openai = (address.scheme, address.hostname) == ("https", _OPENAI_HOST)
        return (_OPENAI_VARIABLE, ANY_SERVER_VARIABLE) if is_openai else (ANY_SERVER_VARIABLE,)
    return (server.settings.key_env,) if server.settings.key_env else ()


def _from_keyring(user: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, user)
    except (KeyringError, OSError, RuntimeError):  # no keyring here, or one that is locked
        return None


def _checked(value: str, where: str) -> ApiKey:
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise UsageError(
            f"The key {where} holds characters that no key has.", "Set it again, and only the key."
        )
    return ApiKey(value)
