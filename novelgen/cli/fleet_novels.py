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
    """The novels of a file: a YAML or JSON list, or JSON lines (`.jsonl`); `-` is standard input.

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
    import yaml

    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            document: Any = [json.loads(line) for line in raw.splitlines() if line.strip()]
        else:
            document = yaml.safe_load(raw)
    except (yaml.YAMLError, json.JSONDecodeError, RecursionError) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            f"{named(path)} cannot be read: {told}.", "It has to be YAML, JSON or JSON lines."
        ) from error
    if document is None:
        return
    if not isinstance(document, list):
        raise UsageError(f"{named(path)} is no list of novels.", "Begin every novel with `- `.")
    for number, item in enumerate(document, 1):
        if isinstance(item, str):
            yield {"premise": item}
        elif isinstance(item, dict):
            yield item
        else:
            raise UsageError(
                f"{named(path)}, novel {number} is neither a premise nor fields of a novel.",
                f"Fields are {', '.join(_FIELDS)}.",
            )


def _request(item: Mapping[str, Any], where: str, defaults: Defaults, number: int) -> NovelRequest:
    unknown = [str(name) for name in item if name not in _FIELDS]
    if unknown:
        raise UsageError(
            f"{where}: there is no field {', '.join(unknown)}.", f"Fields are {', '.join(_FIELDS)}."
        )
    target_words = _number(item, "target_words", where)
    if target_words is None:
        target_words = defaults.target_words
    if target_words is None:
        raise UsageError(f"{where} says no target_words.", "Give --target-words N for all of them.")
    words = in_range(target_words, MIN_WORDS, MAX_WORDS, f"{where}: target_words")
    seed = _number(item, "seed", where)
    if seed is None:
        seed = secrets.randbits(32) if defaults.seed is None else defaults.seed + number
    return NovelRequest(
        title=clean_title(_text(item, "title", where), f"{where}: title"),
        author=clean_title(_text(item, "author", where) or defaults.author, f"{where}: author"),
        premise=clean_premise(_text(item, "premise", where)),
        target_words=words,
        seed=in_range(seed, 0, MAX_SEED, f"{where}: seed"),
        chapters=checked_chapters(_number(item, "chapters", where), words),
        voice=_voice(item.get("voice"), where),
    )


def _text(item: Mapping[str, Any], name: str, where: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{where}: {name} is no text.", "Put it between quotation marks.")
    return value


def _number(item: Mapping[str, Any], name: str, where: str) -> int | None:
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{where}: {name} is no whole number.", "Write it in digits alone.")
    return value


def _voice(value: Any, where: str) -> "VoiceSheet | None":
    if value is None:
        return None
    import yaml

    from novelgen.story.voice_document import read_document

    return read_document(yaml.safe_dump(value, allow_unicode=True), f"{where}: voice")
