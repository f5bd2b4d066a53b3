"""What a person says of a manuscript that is to be a novel, and the novel that is made of it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.importing import ImportRequest
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import MAX_WORDS, MIN_WORDS, clean_title, in_range
from novelgen.manuscript.lengths import read_words
from novelgen.planning.structure import MIN_CHAPTER_WORDS
from novelgen.tui.manuscripts.reading import ReadManuscript


@dataclass(frozen=True, slots=True)
class ImportAnswers:
    """As they were typed."""

    title: str
    author: str
    words: str
    """That the novel is to have in the end."""
    is_unfinished: bool
    """Whether writing goes on in the last chapter."""


def first_answers(read: ReadManuscript, author: str) -> ImportAnswers:
    """What the file says; `author` where it names none."""
    found = read.manuscript
    words = max(found.target_words or 0, read.words, MIN_WORDS)
    return ImportAnswers(
        found.title or read.path.stem, found.author or author, f"{words:,}", is_unfinished=False
    )


def target_words(read: ReadManuscript, answers: ImportAnswers) -> int:
    """The words that are wanted in the end. Raises `UsageError`."""
    words = in_range(read_words(answers.words), MIN_WORDS, MAX_WORDS, "The length in words")
    if words < read.words:
        raise UsageError(
            f"The text has {read.words:,} words already, and {words:,} are wanted.",
            f"Give at least {read.words:,}.",
        )
    return words


def outlook(read: ReadManuscript, answers: ImportAnswers) -> str:
    """What is left to write, in a sentence or two. Raises `UsageError`."""
    missing = target_words(read, answers) - read.words
    if missing >= MIN_CHAPTER_WORDS:
        planned = f"{missing:,} words are planned behind it."
        goes_on = "the last chapter, then them" if answers.is_unfinished else "them"
        return f"{planned} In the novel, w writes {goes_on}."
    if answers.is_unfinished:
        return "In the novel, w goes on in the last chapter."
    return "It is complete as it stands. For more, name more words than it has."


def make_import(
    workbench: Workbench,
    read: ReadManuscript,
    answers: ImportAnswers,
    on_chapter: Callable[[int, int], object],
) -> str:
    """Make the novel; returns its id. Raises what is wrong with the answers or with the model."""
    request = ImportRequest(
        read.manuscript,
        clean_title(answers.title or read.path.stem, "The title"),
        clean_title(answers.author, "The author"),
        target_words(read, answers),
        secrets.randbits(32),
        answers.is_unfinished,
    )
    return workbench.imports.create(request, on_chapter).id
