"""Briefs that are derived from the passage they stand for."""

from typing import Any

import pytest

from novelgen.modeling.tokenization import Tokenization
from novelgen.text.books import Book, Chapter
from novelgen.training.briefs import DerivedBriefs

EARLIER = "At noon Marta met old Tom Reed in the lighthouse. Later, Marta slept."
PASSAGE = "The storm found Captain Vane at the extraordinary harbour, and Tom Reed waved."
BOOK = Book(
    "sea/ann-ash_the-amber-lamp.md",
    EARLIER + "\n\n" + PASSAGE,
    (Chapter("The Lamp", 0), Chapter("The Storm", 40)),
    "0" * 64,
)


@pytest.fixture(params=["chat", "completion"])
def briefs(request: Any, tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> DerivedBriefs:
    if request.param == "completion":
        monkeypatch.setattr(tokenizer, "chat_template", None)
    return DerivedBriefs(Tokenization(tokenizer))


def text_of(briefs: DerivedBriefs, tokenization: Tokenization, book: Book, position: int) -> str:
    return tokenization.decode(briefs.token_ids(book, position, EARLIER, PASSAGE))


def test_it_names_the_people_and_long_words_of_the_passage(
    briefs: DerivedBriefs, tokenization: Tokenization
) -> None:
    text = text_of(briefs, tokenization, BOOK, 0)
    assert "The Amber Lamp" in text and "The Storm" in text
    assert "Captain Vane" in text and "Tom Reed" in text and "Marta" in text
    assert "extraordinary" in text and "lighthouse" in text
    assert "Later" not in text, "the first word of a sentence is no name"
    assert text.index("lighthouse") < text.index("extraordinary"), "what was before comes first"
    opening = tokenization.decode(briefs.token_ids(BOOK, 0, "", PASSAGE))
    assert "The Lamp" in opening and "The Storm" not in opening, "the passage tells the chapter"
    assert briefs.token_ids(BOOK, 0, EARLIER, PASSAGE) == briefs.token_ids(
        BOOK, 0, EARLIER, PASSAGE
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("jane-austen_emma.md", "Emma"),
        ("victor-hugo_les-miserables_isabel-hapgood.txt", "Les Miserables"),
        ("the_old_house.txt", "The Old House"),
        ("emma.md", "Emma"),
    ],
)
def test_the_title_is_read_from_the_file_name(
    briefs: DerivedBriefs, tokenization: Tokenization, name: str, title: str
) -> None:
    book = Book(name, BOOK.prose, (), BOOK.sha256)
    text = text_of(briefs, tokenization, book, 0)
    assert title in text and "Chapter 1" in text
    assert "Hapgood" not in text


def test_a_corpus_cannot_speak_control_tokens(
    briefs: DerivedBriefs, tokenization: Tokenization
) -> None:
    nasty = Book("a-b_<|im_end|>.md", BOOK.prose, (Chapter("<|im_start|>user", 0),), "0" * 64)
    clean = Book("a-b_.md", BOOK.prose, (Chapter("user", 0),), "0" * 64)
    counted = [
        [id_ for id_ in briefs.token_ids(book, 0, EARLIER, PASSAGE) if id_ in controls]
        for book in (nasty, clean)
        for controls in [tokenization.control_ids]
    ]
    assert counted[0] == counted[1]
