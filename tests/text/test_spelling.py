"""Spelling: what is right in novels is not marked, slips are, and the right word is near."""

import pytest

from novelgen.text.spelling import Misspelling, Speller
from novelgen.text.spelling_forms import american_forms


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(["Mara Voss", "Elias", "Zephandra", "widdershins"])


@pytest.mark.parametrize(
    "right",
    [
        "The colour of her grey coat; the color of her gray coat.",
        "They realised, analysed and travelled; they realized, analyzed and traveled.",
        "He manoeuvred the plough through the theatre’s centre, a marvellous defence.",
        "The foetus, the anaesthetic, the encyclopaedia, the skilful jewellery.",
        "Don't, don’t, o’clock, ’tis, 'tis, ’em, couldn’t’ve, there’ll, ma’am.",
        "Mara’s dog, Voss's hat, the boys’ boats, Elias' door.",
        "A well-known mother-in-law of twenty-three.",
        "MARA VOSS STOOD. Chapter XIV. NASA. J. R. Smith.",
        "the 3rd of 20 days, 5pm, 1990s, x2",
        "words *like this* and _like this_",
        "Nooooo. Hmmm. Shhhh! W-w-what? Wh-what?",
        "He was goin’ home, singin' an’ “laughin’”.",
        "“I didn’t underst—” she began.",
        "See https://exampel.xyz/qwrt or write to mrqx@exampel.xyz.",
        "A naïve façade, a café.",
        "They walked widdershins. Widdershins!",
        "[[chekc this, Tomm]] It was late.",
    ],
)
def test_what_is_right_is_not_marked(speller: Speller, right: str) -> None:
    assert [each.word for each in speller.misspelt(right)] == []


def test_slips_are_marked_where_they_stand(speller: Speller) -> None:
    text = "Teh door, [[teh]] recieved by *Marra*’s freind-ly sister, alot."
    found = speller.misspelt(text)
    assert [each.word for each in found] == ["Teh", "recieved", "Marra", "freind", "ly", "alot"]
    assert all(text[each.start : each.end] == each.word for each in found)
    assert found[0] == Misspelling(0, 3, "Teh")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("teh", "the"),
        ("Recieve", "Receive"),
        ("DEFINATELY", "DEFINITELY"),
        ("thier", "their"),
        ("accomodate", "accommodate"),
        ("Marra", "Mara"),
        ("Elais", "Elias"),
        ("mara", "Mara"),
        ("dont", "don't"),
    ],
)
def test_the_word_that_was_meant_comes_first(speller: Speller, wrong: str, meant: str) -> None:
    found = speller.suggestions(wrong)
    assert found[0] == meant
    assert len(found) <= 6


def test_an_apostrophe_is_suggested_as_it_was_typed(speller: Speller) -> None:
    assert "couldn’t" in speller.suggestions("couldnt’")
    assert speller.suggestions("couldm't")[0] == "couldn't"


def test_a_name_is_right_with_its_capital_only(speller: Speller) -> None:
    assert speller.is_known("Zephandra")
    assert speller.is_known("ZEPHANDRA")
    assert not speller.is_known("zephandra")
    assert not Speller().is_known("Zephandra")


def test_a_word_that_is_learnt_is_right_at_once() -> None:
    speller = Speller()
    assert [each.word for each in speller.misspelt("The frobnik ran.")] == ["frobnik"]
    speller.learn("frobnik")
    assert speller.misspelt("The frobnik ran. Frobnik!") == []
    assert speller.suggestions("frobnikk")[0] == "frobnik"


def test_american_forms_are_of_known_kinds() -> None:
    assert "honorable" in list(american_forms("honourable"))
    assert "maneuver" in list(american_forms("manoeuvre"))
    assert list(american_forms("doctour")) == []
