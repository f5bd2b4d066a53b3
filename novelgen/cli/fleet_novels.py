"""The novels that a person wants of a fleet: from a file, or one premise several times over."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novelgen.bootstrap import NovelRequest
from novelgen.cli.chapter_input import named, text_from
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import (
    MAX_SEED,
    MAX_WORDS,
    MIN_WORDS,
    checked_chapters,
    clean_premise,
    clean_title,
    in_range,
)

if TYPE_CHECKING:
    from novelgen.story.voice import VoiceSheet

_FIELDS = ("title", "author", "premise", "target_words", "chapters", "seed", "voice")
_MOST_NOVELS = 10_000


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for novels that do not say otherwise."""

    target_words: int | None
    author: str
    seed: int | None
    """Of the first of several novels; the others have the numbers after it. None: any."""


def requests_from(path: Path, defaults: Defaults) -> list[NovelRequest]:
    """The novels of a file: a YAML or JSON list, or JSON lines; `-` is standard input.

    Raises `UsageError`, which names the first novel that is not as it should be.
    """
    found = list(_items(text_from(path), path))
    if not found:
        raise UsageError(
            f"{named(path)} names no novel.",
            "Write a list: `- premise: ...` with target_words, title, author, chapters, seed, "
            "voice as you like.",
        )
    if len(found) > _MOST_NOVELS:
        raise UsageError(
            f"{named(path)} names {len(found):,} novels, more than {_MOST_NOVELS:,}.",
            "Split it into several files.",
        )
    return [
        _request(item, f"{named(path)}, novel {number}", defaults, number - 1)
        for number, item in enumerate(found, 1)
    ]


def copies_of(
    premise: str, title: str, copies: int, chapters: int | None, defaults: Defaults
) -> list[NovelRequest]:
    """One premise several times over, with seeds of their own. Raises `UsageError`."""
    item = {"premise": premise, "title": title, "chapters": chapters}
    return [_request(item, "the novel", defaults, number) for number in range(copies)]


def _items(raw: str, path: Path) -> Iterator[Mapping[str, Any]]:
    for number, item in enumerate(_listed(raw, path), 1):
        if isinstance(item, str):
            yield {"premise": item}
        elif isinstance(item, dict):
            yield item
        else:
            raise UsageError(
                f"{named(path)}, novel {number} is neither a premise nor fields of a novel.",
                f"Fields are {', '.join(_FIELDS)}.",
            )


def _listed(raw: str, path: Path) -> list[Any]:
    is_lines = path.suffix.lower() in (".jsonl", ".ndjson") or raw.lstrip().startswith("{")
    if is_lines:
        lines = [line for line in raw.split("\n") if line.strip()]
        return [
            _parsed(line, f"{named(path)}, novel {number}") for number, line in enumerate(lines, 1)
        ]
    if path.suffix.lower() == ".json":
        document = _parsed(raw, named(path))
    else:
        document = _read(raw, named(path))
    if document is None:
        return []
    if not isinstance(document, list):
        raise UsageError(f"{named(path)} is no list of novels.", "Begin every novel with `- `.")
    return document


def _parsed(raw: str, where: str) -> Any:
    """JSON, in which no field stands twice."""
    try:
        return json.loads(raw, object_pairs_hook=_each_once)
    except RecursionError as error:
        raise _unreadable(where, "it is nested too deep") from error
    except ValueError as error:  # `JSONDecodeError` is one, and a number of endless digits
        raise _unreadable(where, str(error).partition(";")[0]) from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field stands there twice")
    return fields


def _read(raw: str, where: str) -> Any:
    from novelgen.text.yaml_reading import YamlMistake, read_yaml

    try:
        return read_yaml(raw).value
    except YamlMistake as mistake:
        if raw.lstrip().startswith("["):  # JSON knows characters that YAML does not
            return _parsed(raw, where)
        raise _unreadable(where, str(mistake)) from mistake


def _unreadable(where: str, why: str) -> UsageError:
    return UsageError(f"{where} cannot be read: {why}.", "It has to be YAML, JSON or JSON lines.")


def _request(item: Mapping[str, Any], where: str, defaults: Defaults, number: int) -> NovelRequest:
    """Raises `UsageError` that says `where` something is wrong."""
    try:
        return _checked(item, defaults, number)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", error.remedy) from error


def _checked(item: Mapping[str, Any], defaults: Defaults, number: int) -> NovelRequest:
    unknown = [str(name)[:40] for name in item if name not in _FIELDS]
    if unknown:
        raise UsageError(
            f"there is no field {', '.join(unknown[:5])}.", f"Fields are {', '.join(_FIELDS)}."
        )
    title, premise = _text(item, "title"), _text(item, "premise")
    if not title.strip() and not premise.strip():
        raise UsageError("it has neither a premise nor a title.", "Say what it is about.")
    target_words = _number(item, "target_words")
    if target_words is None:
        target_words = defaults.target_words
    if target_words is None:
        raise UsageError("it says no target_words.", "Give --target-words N for all of them.")
    words = in_range(target_words, MIN_WORDS, MAX_WORDS, "target_words")
    seed = _number(item, "seed")
    if seed is None:
        seed = secrets.randbits(32) if defaults.seed is None else defaults.seed + number
    return NovelRequest(
        title=clean_title(title, "title"),
        author=clean_title(_text(item, "author") or defaults.author, "author"),
        premise=clean_premise(premise),
        target_words=words,
        seed=in_range(seed, 0, MAX_SEED, "seed"),
        chapters=checked_chapters(_number(item, "chapters"), words),
        voice=_voice(item.get("voice")),
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{name} is no text.", "Put it between quotation marks.")
    return value


def _number(item: Mapping[str, Any], name: str) -> int | None:
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{name} is no whole number.", "Write it in digits alone.")
    return value


def _voice(value: Any) -> "VoiceSheet | None":
    if value is None:
        return None
    from novelgen.story.voice import sheet_of

    if not isinstance(value, dict):
        raise UsageError("voice is no voice sheet.", "It is written as `field: value`.")
    return sheet_of(value)
