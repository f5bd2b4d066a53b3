"""What a person asks to be changed about a novel, checked before anything is touched."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import model_and_adapter, model_name, runtime_of
from novelgen.config import Settings
from novelgen.engine.values import AUTO_ADAPTER
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import (
    MAX_CANDIDATES,
    MAX_WORDS,
    MIN_WORDS,
    clean_title,
    in_range,
)

if TYPE_CHECKING:
    from novelgen.generation.changing import NovelWish
    from storage.records import NovelRecord

NO_PLANNER = "none"
_IN_WORDS = {
    "title": "The title",
    "author": "The author",
    "target_words": "The length in words",
    "candidates": "The number of drafts",
}


def in_words(name: str) -> str:
    """What a field is called in a sentence."""
    return _IN_WORDS[name]


def checked_wish(
    novel: "NovelRecord",
    settings: Settings,
    *,
    title: str | None = None,
    author: str | None = None,
    target_words: int | None = None,
    candidates: int | None = None,
    model: str | None = None,
    adapter: str | None = None,
    planner: str | None = None,
    called: Callable[[str], str] = in_words,
) -> "NovelWish":
    """The wish, as it is carried out; None leaves a thing as it is.

    `called` says what the person knows a field by. Raises `UsageError`, `NotFoundError`,
    `ModelError`.
    """
    from novelgen.generation.changing import NovelWish

    if title is not None:
        title = clean_title(title, called("title"))
        if not title:
            raise UsageError(
                f"{called('title')} is empty.", "A novel keeps the title it has without it."
            )
    if author is not None:
        author = clean_title(author, called("author"))
    if target_words is not None:
        in_range(target_words, MIN_WORDS, MAX_WORDS, called("target_words"))
    if candidates is not None:
        in_range(candidates, 1, MAX_CANDIDATES, called("candidates"))
    runtime = None if model is None else runtime_of(model, settings)
    if model is not None or adapter is not None:
        model, adapter = model_and_adapter(model or novel.model, adapter or AUTO_ADAPTER, settings)
    if planner is not None:
        planner = "" if planner in ("", NO_PLANNER) else model_name(planner, settings)
    return NovelWish(title, author, target_words, candidates, model, adapter, runtime, planner)
