"""What went wrong with a request, and what can be done about it.

Guarantees that no message holds the key, and that the text of a server is cut short and cleaned
before a person reads it.
"""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

import openai

from novelgen.errors import ModelError
from novelgen.remote.keys import ApiKey, how_to_give_a_key
from novelgen.remote.naming import Server
from novelgen.text.sanitize import clean_line

_LONGEST_QUOTE = 300
_MOST_MODELS = 8
_TRANSIENT = (408, 409, 425, 429)
"""Of the answers below 500, those that another try may change."""
_TOO_MANY_REQUESTS = 429
_SAID_UNDER = ("message", "detail", "type", "code", "n_ctx")
_LEAST_LIMIT = 512
"""Tokens; a smaller number in a refusal is something else."""
_DIGIT_SEPARATOR = re.compile(r"(?<=\d)[,_](?=\d{3}(?!\d))")
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size)|maximum context|exceed_context_size|prompt is too long"
    r"|context the overflows|too many tokens|input token count|tokens to keep from the initial"
    r"|max_new_tokens. must be <=|maximum input length|input is too long",
    re.IGNORECASE,
)
_LIMITS = (
    re.compile(r"(?:maximum|available) context (?:length|size|window)\D{0,20}(\d{3,8})", re.I),
    re.compile(r"context (?:window|length|size) of (?:only )?(\d{3,8})", re.I),
    re.compile(r"n_ctx\D{1,5}(\d{3,8})", re.I),
    re.compile(r"must be <= (\d{3,8})", re.I),
    re.compile(r"> (\d{3,8}) (?:maximum|tokens)", re.I),
    re.compile(r"(\d{3,8}) maximum context", re.I),
    re.compile(r"tokens allowed \((\d{3,8})\)", re.I),
)


class Kind(Enum):
    """What a failure asks for."""

    AGAIN = auto()
    """The same request later."""
    SHORTER = auto()
    """A request with less context."""
    OTHERWISE = auto()
    """A request without what the server refused."""
    NEVER = auto()
    """A person must do something."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that came to nothing."""

    kind: Kind
    what: str
    """In words, without a full stop."""
    remedy: str = ""
    wait_seconds: float | None = None
    """As the server asked for."""
    context_size: int | None = None
    """What the server says that its model attends to."""
    is_broken_off: bool = False
    """Whether an answer began, or seemed to, and did not end."""


class FailureReader:
    """Reads the failures of one server."""

    def __init__(self, server: Server, key: ApiKey | None) -> None:
        self._server = server
        self._key = key

    def read(self, error: Exception) -> Failure:
        """What an exception of the client means."""
        if isinstance(error, openai.APIStatusError):
            return self._of_status(error)
        if isinstance(error, openai.APITimeoutError):
            return self.stalled("the connection", self._server.settings.connect_seconds)
        if isinstance(error, openai.APIConnectionError):
            return self._of_connection(error)
        if isinstance(error, openai.APIError):  # told in the middle of a stream
            return self._refused(self._quoted(error.message, error.body), 0)
        return self.garbage()

    def stalled(self, what: str, seconds: float) -> Failure:
        """Nothing came for too long."""
        return Failure(
            Kind.AGAIN,
            f"{what} of {self._where} kept us waiting for more than {seconds:g} seconds",
            "See whether the server is overloaded, or raise timeout_seconds, first_token_seconds "
            "or connect_seconds in its section.",
        )

    def cut(self) -> Failure:
        return Failure(
            Kind.AGAIN,
            f"the answer of {self._where} broke off in the middle",
            "See the log of the server, or try another one.",
            is_broken_off=True,
        )

    def garbage(self) -> Failure:
        return Failure(
            Kind.AGAIN,
            f"what {self._where} answers is not a stream of OpenAI's interface",
            "Check the address: it usually ends in /v1.",
            is_broken_off=True,
        )

    def error(self, failure: Failure) -> ModelError:
        """A failure that is not tried again, as the product's error."""
        what = failure.what[:1].upper() + failure.what[1:]
        return ModelError(f"{what}.", failure.remedy)

    def unknown_model(self, models: list[str]) -> Failure:
        """The server does not have the model; `models` are those it says that it has."""
        known = ", ".join(clean_line(name)[:80] for name in models[:_MOST_MODELS])
        more = f" and {len(models) - _MOST_MODELS} more" if len(models) > _MOST_MODELS else ""
        remedy = (
            f"It has {known}{more}: set model to one of them."
            if known
            else (
                "Set model to one that the server has, and check that the address ends as it "
                "should, usually in /v1."
            )
        )
        model = clean_line(self._server.settings.model)
        return Failure(Kind.NEVER, f"{self._where} has no model {model!r}", remedy)

    @property
    def _where(self) -> str:
        return f"the server {self._server.short_name}"

    def _of_connection(self, error: Exception) -> Failure:
        cause: BaseException = error
        while cause.__cause__ is not None or cause.__context__ is not None:
            cause = cause.__cause__ or cause.__context__ or cause
        why = self._cleaned(str(cause)) or type(cause).__name__
        if re.search(r"incomplete|peer closed|without sending|disconnected|reset", why, re.I):
            return self.cut()
        is_unknown = re.search(r"name or service|nodename|getaddrinfo|resolution", why, re.I)
        remedy = (
            "Check the host in its address, and the network."
            if is_unknown
            else ("Start it, or check host and port of its address.")
        )
        return Failure(Kind.AGAIN, f"{self._where} cannot be reached: {why}", remedy)

    def _of_status(self, error: openai.APIStatusError) -> Failure:
        status, said = error.status_code, self._quoted(error.message, error.body)
        if status in (401, 403):
            return Failure(
                Kind.NEVER,
                f"{self._where} refuses the key ({status})"
                if self._key
                else f"{self._where} wants a key ({status}), and there is none",
                how_to_give_a_key(self._server),
            )
        if status == 402 or "insufficient_quota" in said:
            return Failure(
                Kind.NEVER,
                f"{self._where} says that the account has no credit left ({status}): {said}",
                "Top it up, or go on with another server.",
            )
        if status == 404 and self._is_about_model(said):
            return self.unknown_model([])
        if status >= 500 or status in _TRANSIENT:
            # llama-server and LM Studio say it with a 500 at times; a 429 means tokens a minute.
            if status != _TOO_MANY_REQUESTS and _TOO_LONG.search(said):
                return self._too_long(said)
            return Failure(
                Kind.AGAIN,
                f"{self._where} answers {status}" + (f": {said}" if said else ""),
                "See the log of the server, or wait until it is less busy.",
                _wait_of(error.response.headers),
            )
        if 300 <= status < 400:
            return Failure(
                Kind.NEVER,
                f"{self._where} sends us on to another address ({status})",
                "Give the address where the server itself answers.",
            )
        return self._refused(said, status)

    def _refused(self, said: str, status: int) -> Failure:
        if _TOO_LONG.search(said):
            return self._too_long(said)
        number = f" ({status})" if status else ""
        return Failure(
            Kind.OTHERWISE if status in (400, 422) else Kind.NEVER if status else Kind.AGAIN,
            f"{self._where} refuses the request{number}: {said or 'it does not say why'}",
            "Check url, model, api and body in its section of the configuration file.",
        )

    def _too_long(self, said: str) -> Failure:
        plain = _DIGIT_SEPARATOR.sub("", said)
        found = [int(match.group(1)) for limit in _LIMITS if (match := limit.search(plain))]
        limits = [limit for limit in found if limit >= _LEAST_LIMIT]
        return Failure(
            Kind.SHORTER,
            f"the context of {self._where} is smaller than was thought: {said}",
            "Set context_tokens in its section to what its model really attends to.",
            context_size=min(limits, default=None),
        )

    def _is_about_model(self, said: str) -> bool:
        return not said or "model" in said.casefold() or "not found" in said.casefold()

    def _quoted(self, message: str, body: object) -> str:
        """What the server said, for a person; its key and the client's wrapping taken out."""
        said: Any = body
        if isinstance(said, dict):
            inner = said.get("error", said)
            if isinstance(inner, dict):
                parts = {name: inner.get(name) for name in _SAID_UNDER}
                named = [
                    f"n_ctx {part}" if name == "n_ctx" else str(part)
                    for name, part in parts.items()
                    if part not in (None, "")
                ]
                said = " ".join(named) or message
            else:
                said = inner
        return self._cleaned(str(said or message))

    def _cleaned(self, text: str) -> str:
        scrubbed = self._key.scrubbed(text) if self._key else text
        line = clean_line(re.sub(r"<[^>]{1,200}>", " ", scrubbed))  # an error page in HTML
        return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"


def _wait_of(headers: Any) -> float | None:
    """Seconds that a server asks to wait; a date is measured from the date of its own clock."""
    told = headers.get("retry-after-ms")
    if told is not None and re.fullmatch(r"\d{1,9}(\.\d+)?", told):
        return float(told) / 1000
    told = (headers.get("retry-after") or "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", told):
        return float(told)
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())
