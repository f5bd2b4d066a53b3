"""The one definition of a word, used by every report, budget, export and test.

A word is a whitespace-separated item that holds at least one alphanumeric character. Scripts
that do not separate words by spaces are a stated limit.
"""

from collections.abc import Iterator


def is_word(item: str) -> bool:
    """Whether one whitespace-separated item counts as a word."""
    return any(character.isalnum() for character in item)


def iter_words(text: str) -> Iterator[str]:
    """The words of `text`, in order."""
    return (item for item in text.split() if is_word(item))


def count_words(text: str) -> int:
    """How many words `text` holds."""
    return sum(1 for _ in iter_words(text))
