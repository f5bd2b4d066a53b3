"""Known names in a text: parts of a name count for its bearer where nobody else has them."""

from novelgen.text.known_names import KnownName
from novelgen.text.name_search import Named, NameSearch

TEXT = (
    "Nobody came.\n\nMara Hale waited. Tom was late, and Mara's lamp was out.\n\nHale? No Marathon."
)


def test_parts_and_possessives_count_and_shared_parts_do_not() -> None:
    search = NameSearch([KnownName("Mara Hale"), KnownName("Tom Hale"), KnownName("Petra")])
    assert search.find(TEXT) == {"Mara Hale": Named(2, 2), "Tom Hale": Named(1, 2)}


def test_other_names_count() -> None:
    search = NameSearch([KnownName("Mara Hale", ("the keeper",))])
    assert search.find("The door. I saw the keeper there.") == {"Mara Hale": Named(1, 1)}


def test_nobody_is_found_where_nobody_is_known() -> None:
    assert NameSearch([]).find(TEXT) == {}
