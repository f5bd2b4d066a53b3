"""What the configuration file says of one server: where it is, what it costs, how long to wait.

Guarantees that no key is in it: a key in an address is refused, and one under a name of its own is
refused with the way that keys do come in. Knows nothing of requests.
"""

import re
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

KEYRING_SERVICE = "novelgen"
"""Keys in the system keyring are entries of this service; the user is the server's name."""
SERVER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_KEY_FIELDS = frozenset(
    ("key", "api_key", "apikey", "api-key", "x-api-key", "token", "password", "secret",
     "authorization")
)  # fmt: skip
_KEYS_STAY_OUT = (
    "a key does not belong into this file. Put it into an environment variable and name that with "
    f"key_env, or into the keyring: keyring set {KEYRING_SERVICE} NAME"
)


class ServerSettings(BaseModel):
    """One section `[servers.NAME]`. Waits are in seconds, prices per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(max_length=500)
    """The address that `/chat/completions` or `/completions` is put behind, such as
    `http://127.0.0.1:8080/v1`."""
    model: str = Field(min_length=1, max_length=300)
    """What the server calls the model."""
    api: Literal["chat", "completions"] = "chat"
    context_tokens: int | None = Field(default=None, ge=512, le=100_000_000)
    """None: what the server says, else a guess."""
    key_env: str | None = None
    """The name of the environment variable that holds the key."""
    price_in: float | None = Field(default=None, ge=0, le=1_000_000)
    """None: not known, so that no budget of cost can be kept."""
    price_out: float | None = Field(default=None, ge=0, le=1_000_000)
    budget_tokens: int | None = Field(default=None, ge=1)
    """Tokens in and out that one run may spend here."""
    budget_cost: float | None = Field(default=None, gt=0)
    parallel: int = Field(default=4, ge=1, le=64)
    """Requests under way at once, at most."""
    connect_seconds: float = Field(default=10.0, gt=0, le=86_400)
    first_token_seconds: float = Field(default=300.0, gt=0, le=86_400)
    """A server that loads a model first takes its time."""
    timeout_seconds: float = Field(default=60.0, gt=0, le=86_400)
    """Between two tokens."""
    retries: int = Field(default=5, ge=0, le=50)
    retry_seconds: float = Field(default=1.0, gt=0, le=600)
    """Before the first retry; doubled with each."""
    thinking_tokens: int = Field(default=0, ge=0, le=1_000_000)
    """Tokens that a model may think before it answers, beyond those of the answer."""
    extra_body: bool = True
    """Whether sampling settings are sent that OpenAI's own interface does not have."""
    body: dict[str, Any] = Field(default_factory=dict)
    """Further fields of every request, sent as they are."""

    @model_validator(mode="before")
    @classmethod
    def _holds_no_key(cls, fields: Any) -> Any:
        if _names_a_key(fields):
            raise ValueError(_KEYS_STAY_OUT)
        return fields

    @field_validator("url")
    @classmethod
    def _is_plain_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
            is_address = is_address and (parts.port is None or parts.port > 0)
        except ValueError:
            is_address = False
        if not is_address or any(character.isspace() for character in url.strip()):
            raise ValueError("the address must be http://HOST:PORT/v1 or https://HOST/v1")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "an address with a user, a password or a question mark may hold a key, and "
                "addresses are stored. Leave that out of it, name an environment variable with "
                f"key_env, or use the keyring: keyring set {KEYRING_SERVICE} NAME"
            )
        return url.strip().rstrip("/")

    @field_validator("key_env")
    @classmethod
    def _is_a_name(cls, name: str | None) -> str | None:
        if name is not None and not _VARIABLE.fullmatch(name):
            raise ValueError("key_env is the name of an environment variable, not the key itself")
        return name


def _names_a_key(document: Any) -> bool:
    """Whether a field anywhere in a document is one that keys stand in."""
    if isinstance(document, dict):
        return any(
            str(name).casefold() in _KEY_FIELDS or _names_a_key(value)
            for name, value in document.items()
        )
    return isinstance(document, list) and any(map(_names_a_key, document))
