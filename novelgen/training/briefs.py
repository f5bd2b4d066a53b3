"""Briefs made from the passage they are for, in the layout that generation uses.

They cost nothing and teach even a small model to follow one: names and rare words of the
passage stand where a person's plan would stand.
"""

import re
from collections import Counter

from novelgen.modeling.chat import has_chat_template, render_chat
from novelgen.modeling.tokenization import Tokenization
from novelgen.prompting.brief import Brief, BriefRenderer
from novelgen.prompting.library import PromptLibrary
from novelgen.text.books import Book

# A name is a capitalised word that follows a lower-case one, so not a sentence's first.
_NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][a-z]+)(?: [A-Z][a-z]+)*")
_WORD = re.compile(r"\b[a-z]{5,}\b")
_MAX_NAMES = 4
_MAX_WORDS = 5


class DerivedBriefs:
    """Renders briefs for passages of books."""

    def __init__(self, tokenization: Tokenization) -> None:
        self._tokenization = tokenization
        chat = (
            (lambda messages, reply: render_chat(tokenization, messages, reply))
            if has_chat_template(tokenization)
            else None
        )
        # The shipped templates alone: an adapter must not depend on a person's own.
        self._renderer = BriefRenderer(PromptLibrary(), chat)
        self._is_chat = chat is not None

    def token_ids(self, book: Book, position: int, earlier: str, passage: str) -> list[int]:
        """The prompt tokens of a brief for `passage`.

        `earlier` is the text before it in the same window, which begins at `position` in `book`.
        """
        chapter = book.chapter_at(position + len(earlier))
        title = book.chapters[chapter].title if book.chapters else ""
        brief = Brief(
            title=_title(book.name),
            premise=f"A story of {_names(earlier + passage) or 'people and their fortunes'}.",
            chapter_number=chapter + 1,
            total_chapters=max(1, len(book.chapters)),
            chapter_title=title or f"Chapter {chapter + 1}",
            chapter_brief=_sentence(_names(earlier), _rare_words(earlier)),
            beat=_sentence(_names(passage), _rare_words(passage)),
        )
        rendered = self._renderer.render(brief)
        if not self._is_chat:  # a heading in a corpus can spell a control token; chats drop them
            rendered = self._tokenization.without_control(rendered)
        return self._tokenization.prompt_ids(rendered)


def _title(name: str) -> str:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    # `first-last_the-title_translator`, as many collections name their files, or `the_title`.
    parts = stem.split("_") if "-" in stem else [stem.replace("_", " ")]
    return parts[min(1, len(parts) - 1)].replace("-", " ").title()


def _names(text: str) -> str:
    counted = Counter(_NAME.findall(text))
    names = sorted(counted, key=lambda name: (-counted[name], name))[:_MAX_NAMES]
    return ", ".join(names)


def _rare_words(text: str) -> str:
    """The longest words, which stand in for key words."""
    words = sorted(set(_WORD.findall(text)), key=lambda word: (-len(word), word))[:_MAX_WORDS]
    return ", ".join(words)


def _sentence(names: str, words: str) -> str:
    return ". ".join(part for part in (names, words) if part) + "."
