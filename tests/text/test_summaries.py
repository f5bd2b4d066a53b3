"""Extracts are sentences of the text, within their words, and the same every time."""

from novelgen.text.content_words import stem
from novelgen.text.summaries import condense, extract, shorten
from novelgen.text.told_sentences import told_sentences
from novelgen.text.words import count_words

TEXT = """Anna Reed brought the forged letter to the lighthouse. It was raining. She shivered.

“Go away,” said the keeper. “Nobody asked you for a letter.”

The keeper of the lighthouse read the forged letter twice and burned it in the lamp. But that was \
all. Anna watched the letter burn, and the lighthouse went dark."""


def test_the_sentences_that_carry_a_text_are_kept_in_order() -> None:
    names = frozenset({stem("Anna"), stem("Reed")})
    made = extract(told_sentences(TEXT), 36, names=names)
    assert count_words(made) <= 36
    assert made.startswith("Anna Reed brought the forged letter")
    assert "It was raining" not in made
    assert "Go away" not in made
    assert all(part in " ".join(TEXT.split()) for part in made.split(". "))
    assert made == extract(told_sentences(TEXT), 36, names=names)


def test_a_sentence_that_states_a_fact_is_preferred() -> None:
    text = "\n\n".join(f"The {word} lay on the wet stones of the quay." for word in ("net", "oar"))
    assert "oar" in extract(told_sentences(text), 10, telling=frozenset({1}))


def test_something_is_told_of_every_text() -> None:
    assert extract(told_sentences("“Go!”"), 10) == "“Go!”"
    assert extract([], 10) == ""


def test_summaries_are_condensed_and_shortened_within_their_words() -> None:
    assert condense(["One came.", "Two  went."], 20) == "One came. Two went."
    many = [f"Brother {n} carried the lantern over the hill to Marlow Abbey." for n in range(40)]
    assert 12 <= count_words(condense(many, 60)) <= 60
    assert shorten("One came. Two went.", 20) == "One came. Two went."
    assert count_words(shorten(" ".join(many), 30)) <= 30
    assert shorten("A sentence of rather more than three words.", 3) == ""
