"""Finds words in a text, or what a regular expression describes, and what is to stand there.

In a plain search straight and curly quotation marks and apostrophes stand for each other, and a
space for any other on its line. A regular expression is Python's; `^` and `$` are the ends of a
paragraph's line, and the replacement may name groups: `\\1`, `\\g<name>`. One that matches nothing
at all, and one that repeats a repetition, is refused: the latter may take for ever on some text,
and nothing can stop it then. Others may still be slow, so whoever searches a book does it off the
thread that draws.
"""

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

from novelgen.errors import UsageError

_QUOTES = {"'": "'‘’", "’": "'‘’", "‘": "'‘’", '"': '"“”', "“": '"“”', "”": '"“”'}
_LETTER = r"[^\W_]"
_HEAD = rf"(?<!{_LETTER})(?<!{_LETTER}['’])"
_TAIL = rf"(?!{_LETTER})(?!['’](?!s(?!{_LETTER})){_LETTER})"
_REPEATED_REPETITION = re.compile(
    r"\((?:[^()\\]|\\.)*(?<!\\)(?:[+*]|\{\d*,\})(?:[^()\\]|\\.)*\)(?:[+*]|\{\d*,\})"
)
_LONGEST = 1_000
"""Characters of what is sought."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is sought."""

    text: str
    is_case_sensitive: bool = False
    whole_words: bool = False
    """Only where no letter goes on; a possessive's s may. Not for patterns."""
    is_pattern: bool = False
    """Whether `text` is a regular expression."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters `[start, end)` of a text that were sought."""

    start: int
    end: int


def find_in(text: str, query: Query) -> list[Hit]:
    """Where the query is found, in order; no hit overlaps another.

    Raises `UsageError` for an empty query, and for a pattern that cannot be used.
    """
    found = _compiled(query).finditer(text)
    return [Hit(*match.span()) for match in found if match.end() > match.start()]


def replaced(
    text: str, hit: Hit, query: Query, replacement: str, *, keeps_capitals: bool | None = None
) -> str:
    """What is to stand in the place of a hit.

    `keeps_capitals`: "MARA" becomes "LENA" and "Mara" "Lena" where "lena" is to be put; by default
    wherever capitals do not matter to the search. A pattern's replacement may name its groups.
    Raises `UsageError` when it names one that the pattern does not have.
    """
    match = _compiled(query).match(text, hit.start)
    used = text[hit.start : hit.end]
    if query.is_pattern and match is not None:
        replacement = _with_groups(match, replacement)
    if keeps_capitals is None:
        keeps_capitals = not query.is_case_sensitive and not query.is_pattern
    return _in_capitals_of(used, replacement) if keeps_capitals else replacement


def replace_in(
    text: str,
    query: Query,
    replacement: str,
    *,
    leaving: frozenset[int] | None = None,
    keeps_capitals: bool | None = None,
) -> tuple[str, int]:
    """The text with the replacement everywhere, and how many times it was put in.

    `leaving`: hits by their numbers, from 0, that stay as they are. Raises `UsageError`.
    """
    pieces, end, count = list[str](), 0, 0
    for number, hit in enumerate(find_in(text, query)):
        if leaving is not None and number in leaving:
            continue
        put = replaced(text, hit, query, replacement, keeps_capitals=keeps_capitals)
        pieces += [text[end : hit.start], put]
        end, count = hit.end, count + 1
    return "".join([*pieces, text[end:]]), count


def require_query(query: Query, replacement: str | None = None) -> None:
    """Raises `UsageError` unless the query, and the groups of its replacement, can be used."""
    pattern = _compiled(query)
    if replacement is None or not query.is_pattern:
        return
    for name in re.findall(r"\\(?:g<(\w+)>|(\d{1,2}))", replacement):
        group = name[0] or name[1]
        has_group = int(group) <= pattern.groups if group.isdecimal() else group in _names(pattern)
        if not has_group:
            raise _no_group(replacement)


def _names(pattern: re.Pattern[str]) -> set[str]:
    return set(pattern.groupindex)


@lru_cache(maxsize=64)
def _compiled(query: Query) -> re.Pattern[str]:
    if not query.text:
        raise UsageError("There is nothing to seek.", "Give a word.")
    if len(query.text) > _LONGEST:
        raise UsageError(
            f"What is sought has {len(query.text):,} characters, more than {_LONGEST:,}.",
            "Seek the beginning of it.",
        )
    flags = re.MULTILINE if query.is_case_sensitive else re.MULTILINE | re.IGNORECASE
    if not query.is_pattern:
        return re.compile(_plain(query), flags)
    if _REPEATED_REPETITION.search(query.text):
        raise UsageError(
            f"The pattern {query.text!r} repeats a repetition, which may take for ever.",
            r"Say it with one: \w[\w ]* in place of (\w+ )*.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern = re.compile(query.text, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(
            f"{query.text!r} is no regular expression: {error}.",
            "Mend it, or seek it as plain words.",
        ) from error
    if pattern.match("") is not None:
        raise UsageError(
            f"The pattern {query.text!r} fits where nothing stands.", "Let it name a letter."
        )
    return pattern


def _plain(query: Query) -> str:
    body = "".join(map(_character, query.text))
    if not query.whole_words:
        return body
    head = _HEAD if query.text[0].isalnum() else ""
    tail = _TAIL if query.text[-1].isalnum() else ""
    return f"{head}{body}{tail}"


def _character(character: str) -> str:
    if character in _QUOTES:
        return f"[{_QUOTES[character]}]"
    return r"[^\S\n]" if character == " " else re.escape(character)


def _with_groups(match: re.Match[str], replacement: str) -> str:
    try:
        return match.expand(replacement)
    except (re.error, IndexError) as error:
        raise _no_group(replacement) from error


def _no_group(replacement: str) -> UsageError:
    return UsageError(
        f"The replacement {replacement!r} names a group that the pattern does not have.",
        r"Groups are in parentheses and counted from 1; a backslash itself is \\.",
    )


def _in_capitals_of(used: str, replacement: str) -> str:
    letters = sum(map(str.isalpha, used))
    if used.isupper() and letters > 1:
        return replacement.upper()
    first = next((letter for letter in used if letter.isalpha()), "")
    if first.isupper():
        return replacement[:1].upper() + replacement[1:]
    return replacement
