"""Sentence boundaries: dialogue, abbreviations, quotes."""

from novelgen.text.sentences import (
    beginning_of_prose,
    complete_sentence_ends,
    has_balanced_quotes,
    split_sentences,
)

DIALOGUE = (
    '"I don\'t know!" said Mr. Smith. "Perhaps." He left... Then the St. Clair house—quiet. '
    "'Why?' he asked. “Is it?” Mrs. Jones nodded. \"Who?\" Emma asked. It was 3 p.m. already."
    "\n\n* * *\n\nJ. R. R. Tolkien wrote it."
)


def sentences_of(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


def test_speech_stays_with_its_tag_and_abbreviations_do_not_end_sentences() -> None:
    assert [sentence.strip() for sentence in sentences_of(DIALOGUE)] == [
        '"I don\'t know!" said Mr. Smith.',
        '"Perhaps."',
        "He left...",
        "Then the St. Clair house—quiet.",
        "'Why?' he asked.",
        "“Is it?”",
        "Mrs. Jones nodded.",
        '"Who?" Emma asked.',
        "It was 3 p.m. already.",
        "* * *",
        "J. R. R. Tolkien wrote it.",
    ]


def test_sentences_joined_are_the_text() -> None:
    assert "".join(sentences_of(DIALOGUE + "  \n")) == DIALOGUE


def test_an_unclosed_quote_does_not_swallow_the_paragraph() -> None:
    assert len(sentences_of('"I saw him. He ran. Nobody followed. It rained.')) == 4


def test_only_finished_sentences_are_places_to_stop() -> None:
    text = "He met Mr. Hale. They spoke of the"
    assert complete_sentence_ends(text) == [len("He met Mr. Hale.")]
    assert complete_sentence_ends("He met Mr.") == []
    assert complete_sentence_ends("All was quiet.\n\n* * *")[-1] == len("All was quiet.")


def test_quotes_are_balanced_per_paragraph() -> None:
    text = 'He said "no.\n\n"Yes," she said.'
    assert not has_balanced_quotes(text, text.index("\n"))
    assert has_balanced_quotes(text, len(text))


def test_the_beginning_of_prose_is_whole_sentences() -> None:
    text = "The lamp went out.\n\n“So,” I said. It was late."
    assert beginning_of_prose(text, 7) == "The lamp went out.\n\n“So,” I said."
    assert beginning_of_prose(text, 100) == text
    assert beginning_of_prose(text, 3) == beginning_of_prose("", 3) == ""
