"""What the YAML at the head of a Markdown file says of the book. Untrusted: read as plain values.

Front matter that is wrong, or that refers to itself, which can make it grow without end, is passed
over and told.
"""

from datetime import date
from typing import Any

import yaml

from novelgen.errors import UsageError
from novelgen.manuscript.importing.blocks import Draft
from novelgen.manuscript.lengths import read_words
from novelgen.text.books import FRONT_MATTER
from novelgen.text.yaml_reading import YamlMistake, read_yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_CHARS = 65_536
_LARGEST = 10**12
_GENERATOR = "novelgen "


def take_front_matter(text: str, draft: Draft) -> str:
    """The text without its front matter; what that says of the book goes to the draft."""
    found = FRONT_MATTER.match(text)
    if found is None:
        return text
    try:
        fields = _fields(found.group().strip().removeprefix("---").rstrip("-."))
    except YamlMistake as error:
        draft.remarks.append(f"The file's front matter was passed over: {error}.")
    else:
        draft.title = draft.title or _text(fields.get("title"))
        draft.author = draft.author or _names(fields.get("author"))
        draft.target_words = draft.target_words or _number(fields.get("target_words"))
        draft.is_own = draft.is_own or _text(fields.get("generator")).startswith(_GENERATOR)
    return text[found.end() :]


def _fields(source: str) -> dict[Any, Any]:
    if len(source) > _MAX_CHARS:
        raise YamlMistake("it is too long")
    try:
        events = yaml.parse(source, Loader=_LOADER)
        refers = any(isinstance(event, yaml.AliasEvent) for event in events)
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlMistake("it is no YAML") from error
    if refers:
        raise YamlMistake("it refers to itself")
    value = read_yaml(source).value
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        return str(value) if not isinstance(value, int) or abs(value) < _LARGEST else ""
    return ""


def _names(value: object) -> str:
    """One author or several, as text or, as pandoc knows it, with a field `name`."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_names, value)))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _number(value: object) -> int | None:
    try:
        words = read_words(_text(value))
    except UsageError:
        return None
    return words if 0 < words < _LARGEST else None
