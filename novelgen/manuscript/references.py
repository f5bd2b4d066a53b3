"""Known novels that progress is reported against. Word counts as the founding document quotes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferenceNovel:
    title: str
    author: str
    words: int


REFERENCE_NOVELS = (
    ReferenceNovel("Les Misérables", "Victor Hugo", 545_000),
    ReferenceNovel("The Lord of the Rings", "J. R. R. Tolkien", 550_000),
    ReferenceNovel("War and Peace", "Leo Tolstoy", 587_287),
    ReferenceNovel("Harry Potter (series)", "J. K. Rowling", 1_084_625),
    ReferenceNovel("A Song of Ice and Fire (five novels)", "George R. R. Martin", 1_740_000),
    ReferenceNovel("The Wheel of Time (14 books)", "Robert Jordan", 4_300_000),
)
