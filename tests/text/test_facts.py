"""Facts are read from what the narrator states, and from nothing that is only said or wished."""

import pytest

from novelgen.text.contradictions import PlacedFact, contradictions, speakers
from novelgen.text.fact_words import Attribute
from novelgen.text.facts import facts_of, statement
from novelgen.text.known_names import KnownName
from novelgen.text.mentions import mentions_of, named_sentences
from novelgen.text.told_sentences import told_sentences

KNOWN = [
    KnownName("Anna Reed", kind="character"),
    KnownName("Tom Reed", kind="character"),
    KnownName("Captain Hale", kind="character"),
    KnownName("Lisbon", kind="place"),
]


def facts(text: str) -> list[str]:
    named = named_sentences(told_sentences(text), KNOWN)
    found = facts_of(named, mentions_of(named, KNOWN))
    return [statement(each.entry, each.attribute, each.value) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Reed was a baker.", ["Anna Reed is a baker."]),
        ("Tom, the young gardener, waited.", ["Tom Reed is a gardener."]),
        ("Anna Reed was only twenty-two years old.", ["Anna Reed is 22 years old."]),
        ("Tom was seventeen.", ["Tom Reed is 17 years old."]),
        ("Tom's eyes were a dark blue.", ["Tom Reed has dark blue eyes."]),
        ("Anna had long red hair and grey eyes.", ["Anna Reed has grey eyes.",
                                                  "Anna Reed has red hair."]),
        ("Anna smiled. Her gray eyes shone.", ["Anna Reed has grey eyes."]),
        ("Anna's brother Tom slept.", ["Tom Reed is Anna Reed's brother."]),
        ("Tom was the brother of Anna.", ["Tom Reed is Anna Reed's brother."]),
        ("Tom, Anna's brother, slept.", ["Tom Reed is Anna Reed's brother."]),
        ("In May Captain Hale died.", ["Captain Hale is dead."]),
        ("Captain Hale had been drowned.", ["Captain Hale is dead."]),
        ("Anna lived in the mill by the weir.", ["Anna Reed lives in the mill by the weir."]),
        ("The old mill stood by the river.", ["The old mill stands by the river."]),
        ("Tom owned a small boat.", ["Tom Reed owns a small boat."]),
        ("Captain Hale was a man of few words.", ["Captain Hale is a man of few words."]),
    ],
)  # fmt: skip
def test_a_stated_fact_is_read(text: str, expected: list[str]) -> None:
    assert sorted(facts(text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "“Anna Reed was a baker,” said Tom.",
        "If Anna was a baker, she would know.",
        "Anna was not a baker.",
        "Tom thought that Captain Hale was dead.",
        "Had Captain Hale died in June, they would know.",
        "Tom laughed until Captain Hale almost died.",
        "Anna looked at Tom and Captain Hale. His eyes were blue.",
        "Tom was dead tired.",
        "Anna was a little late.",
        "Tom lived in hopes of rain.",
        "Anna had not a single grey hair.",
        "Anna and Tom had blue eyes on them.",
        "The husband of Anna Reed, a fat man, came in.",
        "Tom had known her since he was four years old.",
    ],
)
def test_what_is_said_wished_denied_or_in_doubt_is_no_fact(text: str) -> None:
    assert facts(text) == []


def placed(entry: str, attribute: str, value: str, chapter: int) -> PlacedFact:
    return PlacedFact(chapter, entry, attribute, value, chapter, 1, f"{entry} {attribute} {value}")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("Anna", "eyes", "blue"), ("Anna", "eyes", "brown")),
        (("Anna", "hair", "black"), ("Anna", "hair", "red")),
        (("Anna", "hair", "white"), ("Anna", "hair", "black")),
        (("Anna", "age", "30"), ("Anna", "age", "24")),
        (("Anna", "brother", "Tom"), ("Anna", "cousin", "Tom")),
        (("Anna", "brother", "Tom"), ("Tom", "wife", "Anna")),
    ],
)
def test_what_cannot_both_be_true_is_found(
    earlier: tuple[str, str, str], later: tuple[str, str, str]
) -> None:
    one, other = placed(*earlier, 1), placed(*later, 7)
    (found,) = contradictions([one], [other])
    assert (found.earlier, found.later) == (one, other)
    (turned,) = contradictions([other], [one])  # the earlier chapter was changed
    assert (turned.earlier, turned.later) == (one, other)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("Anna", "eyes", "blue"), ("Tom", "eyes", "brown")),
        (("Anna", "eyes", "dark brown"), ("Anna", "eyes", "black")),
        (("Anna", "hair", "golden"), ("Anna", "hair", "fair")),
        (("Anna", "hair", "black"), ("Anna", "hair", "grey")),
        (("Anna", "age", "24"), ("Anna", "age", "30")),
        (("Anna", "brother", "Tom"), ("Tom", "sister", "Anna")),
        (("Anna", "father", "Tom"), ("Tom", "daughter", "Anna")),
        (("Anna", "brother", "Tom"), ("Anna", "brother", "Bill")),
        (("Anna", "work", "baker"), ("Anna", "work", "nurse")),
    ],
)
def test_what_can_both_be_true_is_not(
    earlier: tuple[str, str, str], later: tuple[str, str, str]
) -> None:
    assert contradictions([placed(*earlier, 1)], [placed(*later, 7)]) == []


def test_one_slip_is_told_once() -> None:
    known = [placed("Anna", "eyes", "blue", 1), placed("Anna", "eyes", "brown", 3)]
    assert contradictions(known, [placed("Anna", "eyes", "blue", 5)]) == []


def test_who_speaks_is_told_by_the_narrator() -> None:
    text = "“Tom came,” said Anna. “Tom asked me.” Captain Hale’s hat fell. Tom answered nothing."
    named = named_sentences(told_sentences(text), KNOWN)
    names = mentions_of(named, KNOWN).names
    wanted = {"Anna Reed", "Tom Reed", "Captain Hale"}
    assert [entry for entry, _ in speakers(named, names, wanted)] == ["Anna Reed"]


def test_every_attribute_makes_a_sentence() -> None:
    for attribute in Attribute:
        told = statement("Anna", attribute, "Tom")
        assert told.endswith(".")
        assert "Anna" in told
    assert statement("Anna", "note", "has a scar") == "Anna, note: has a scar."
