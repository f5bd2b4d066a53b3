"""Names of one person are joined, kinds are told by context, strangers' names stay apart."""

import time

from novelgen.text.invented_names import invented_names, name_words
from novelgen.text.known_names import KnownName, KnownNames
from novelgen.text.mentions import EntityKind, Mentioned, mentions_of, named_sentences
from novelgen.text.name_phrases import name_phrases
from novelgen.text.titles import Sex
from novelgen.text.told_sentences import told_sentences

TEXT = """Miss Reed came down the stairs, and Anna Reed looked at the letter. Anna smiled. She \
went with Mrs. Reed to Lisbon, and in Lisbon Mr. Reed was waiting.

“No, Captain Hale,” said Anna. The ship was the Kestrel, and the Kestrel lay in Harrow Bay."""


def entries(text: str, *known: KnownName) -> dict[str, Mentioned]:
    named = named_sentences(told_sentences(text), known)
    return {each.name: each for each in mentions_of(named, known).entries}


def test_aliases_are_joined_and_kinds_told() -> None:
    found = entries(TEXT)
    anna = found["Anna Reed"]
    assert (anna.kind, anna.aliases, anna.sex) == (
        EntityKind.CHARACTER,
        ("Anna", "Miss Reed"),
        Sex.FEMALE,
    )
    assert anna.sentence.startswith("Miss Reed came down")
    assert {name: each.kind for name, each in found.items()} == {
        "Anna Reed": EntityKind.CHARACTER,
        "Mrs Reed": EntityKind.CHARACTER,
        "Mr Reed": EntityKind.CHARACTER,
        "Captain Hale": EntityKind.CHARACTER,
        "Lisbon": EntityKind.PLACE,
        "Harrow Bay": EntityKind.PLACE,
        "Kestrel": EntityKind.THING,
    }


def test_known_names_are_kept_and_found_at_the_start_of_a_sentence() -> None:
    found = entries("Hale nodded. Rain fell.", KnownName("Captain Hale", kind="character"))
    assert list(found) == ["Captain Hale"]
    assert (found["Captain Hale"].is_new, found["Captain Hale"].aliases) == (False, ("Hale",))


def test_a_name_that_two_people_bear_is_nobodys() -> None:
    names = KnownNames.of([KnownName("Anna Reed"), KnownName("Tom Reed")])
    (reed,) = name_phrases("then Reed left", frozenset({"Reed"}))
    (anna,) = name_phrases("then Anna left", frozenset({"Anna"}))
    assert names.find(reed) is None
    assert names.find(anna) == "Anna Reed"


def test_a_phrase_takes_titles_particles_and_streets_along() -> None:
    sentence = "He met Dr. Jan van der Berg's wife and Lady Brandt of Harrow Street."
    names = frozenset({"Jan", "Berg", "Brandt", "Harrow"})
    found = [(each.text, each.is_possessive) for each in name_phrases(sentence, names)]
    assert found == [
        ("Dr Jan van der Berg", True),
        ("Lady Brandt", False),
        ("Harrow Street", False),
    ]


def test_names_in_nobodys_bible_are_found_in_milliseconds() -> None:
    known = name_words(["Anna Reed", "Captain Hale", "Lisbon"])
    text = "Anna wrote to Pencroff in Lisbon. Suddenly Hale laughed. Spilett said no. Rain fell."
    assert invented_names(text, known) == ["Pencroff", "Spilett"]
    assert invented_names(text, known | {"Pencroff", "Spilett"}) == []
    started = time.process_time()
    invented_names(text * 20, known)
    assert time.process_time() - started < 0.5
