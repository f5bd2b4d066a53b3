"""Sampling settings as a person gives them: which there are, and what each may be.

Guarantees that what it lets through every sampler can compute with. Knows no samplers.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, get_type_hints

from novelgen.engine.values import SamplingParams
from novelgen.errors import UsageError

_MOST_TOKENS = 10_000_000
"""Of any window, length or rank."""
_MOST_STRINGS = 10_000
_TYPES: dict[str, Any] = get_type_hints(SamplingParams)
_KINDS = {float: "a number", int: "a whole number"}


def read_assignments(words: Sequence[str]) -> dict[str, Any]:
    """`temperature=0.9` and its like by name; a list is written as in JSON.

    Raises `UsageError` for a word that is no assignment, and for a name given twice.
    """
    changes: dict[str, Any] = {}
    for word in words:
        name, is_assigned, text = word.partition("=")
        name = name.strip()
        if not is_assigned or not name:
            raise UsageError(
                f"{word!r} is not NAME=VALUE.", "For example: --sampling temperature=0.9"
            )
        if name in changes:
            raise UsageError(f"The sampling setting {name} is given twice.", "Give it once.")
        try:
            changes[name] = json.loads(text)
        except (ValueError, RecursionError):
            changes[name] = text
    return changes


def change_sampling(base: SamplingParams, changes: Mapping[str, Any]) -> SamplingParams:
    """`base` with some settings changed.

    Raises `UsageError` for a setting that there is not, of another type, or out of its range.
    """
    changed = replace(base, **{name: _typed(name, value) for name, value in changes.items()})
    validate_sampling(changed)
    return changed


def validate_sampling(params: SamplingParams) -> None:
    """Raise `UsageError` for a setting outside its range, naming it and the range."""
    windows = ("repetition_window", "no_repeat_window", "no_repeat_ngram", "top_k", "dry_window")
    checks = [
        ("repetition_penalty", 0 < params.repetition_penalty <= 100, "above 0, at most 100"),
        ("temperature", 0 <= params.temperature <= 100, "between 0 and 100"),
        ("top_p", 0 < params.top_p <= 1, "above 0, at most 1"),
        ("min_p", 0 <= params.min_p <= 1, "between 0 and 1"),
        ("typical_p", 0 < params.typical_p <= 1, "above 0, at most 1"),
        ("dry_multiplier", 0 <= params.dry_multiplier <= 100, "between 0 (off) and 100"),
        ("dry_base", 1 <= params.dry_base <= 10, "between 1 and 10"),
        ("dry_allowed_length", 1 <= params.dry_allowed_length <= _MOST_TOKENS, "1 or more"),
        ("dry_breakers", _are_texts(params.dry_breakers), "texts, none of them empty"),
        ("dry_exempt", _are_texts(params.dry_exempt), "texts, none of them empty"),
        ("xtc_probability", 0 <= params.xtc_probability <= 1, "between 0 (off) and 1"),
        ("xtc_threshold", 0 < params.xtc_threshold <= 0.5, "above 0, at most 0.5"),
        *(
            (name, 0 <= getattr(params, name) <= _MOST_TOKENS, f"between 0 and {_MOST_TOKENS:,}")
            for name in windows
        ),
    ]
    for name, is_valid, wanted in checks:
        if not is_valid:
            raise UsageError(
                f"The sampling setting {name} is {getattr(params, name)}; it must be {wanted}.",
                f"Set {name} to what is {wanted}.",
            )


def _typed(name: str, value: Any) -> Any:
    if name not in _TYPES:
        known = ", ".join(field.name for field in fields(SamplingParams))
        raise UsageError(f"There is no sampling setting {name!r}.", f"There are: {known}.")
    kind = _TYPES[name]
    if kind not in _KINDS:
        return _strings(name, value)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole and not (kind is float and isinstance(value, float)):
        raise UsageError(
            f"The sampling setting {name} is {value!r}; it must be {_KINDS[kind]}.",
            f"For example: {name}={getattr(SamplingParams(), name)}",
        )
    if abs(value) > _MOST_TOKENS:  # out of every range, and perhaps beyond every float
        return math.inf if value > 0 else -math.inf
    return kind(value)


def _strings(name: str, value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not all(isinstance(item, str) for item in found):
        raise UsageError(
            f"The sampling setting {name} is {value!r}; it must be a list of strings.",
            f'For example: {name}=["\\n", ":"]',
        )
    return tuple(found)


def _are_texts(strings: Sequence[str]) -> bool:
    return len(strings) <= _MOST_STRINGS and all(map(_is_text, strings))


def _is_text(string: str) -> bool:
    """Whether a database and a tokenizer take it: no NUL, no half of a surrogate pair."""
    is_whole = not any("\ud800" <= character <= "\udfff" for character in string)
    return bool(string) and "\0" not in string and is_whole
