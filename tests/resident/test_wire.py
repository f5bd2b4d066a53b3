"""Errors cross the socket as what they are."""

import json
from typing import Any

import pytest

from novelgen.errors import MemoryStateError, ModelError, UsageError
from novelgen.resident import wire


def over_the_wire(message: Any) -> Any:
    return json.loads(json.dumps(message).encode("ascii"))


@pytest.mark.parametrize("kind", [UsageError, MemoryStateError])
def test_the_products_errors_cross_as_themselves(kind: type[ModelError]) -> None:
    with pytest.raises(kind, match=r"^It failed\.$") as raised:
        wire.raise_error(over_the_wire(wire.error_message(kind("It failed.", "Do that."))))
    assert type(raised.value) is kind
    assert raised.value.remedy == "Do that."


def test_an_error_nobody_foresaw_is_named() -> None:
    with pytest.raises(ModelError, match="ZeroDivisionError: by nothing"):
        wire.raise_error(over_the_wire(wire.error_message(ZeroDivisionError("by nothing"))))
