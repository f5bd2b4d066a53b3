"""Names that a premise has."""

import pytest

from novelgen.planning.premise_names import cast_of, mentioned


@pytest.mark.parametrize(
    ("premise", "people", "places"),
    [
        (
            "A lighthouse keeper named Mara Hale finds a letter in Port Sorrow.",
            [("Mara Hale", "A lighthouse keeper")],
            ["Port Sorrow"],
        ),
        ("Anna Reed, a baker, lives in Lisbon.", [("Anna Reed", "a baker")], ["Lisbon"]),
        (
            "When Tobias dies, his sister Wren must sail to Karrow Isle. Wren hates Captain Hale.",
            [("Tobias", ""), ("Wren", "his sister"), ("Captain Hale", "")],
            ["Karrow Isle"],
        ),
        (
            "Dr. Amelia Stone works at Blackwood Hall; Amelia's dog Rex is missing. Tomorrow it "
            "ends.",
            [("Dr. Amelia Stone", ""), ("Rex", "")],
            ["Blackwood Hall"],
        ),
        ("A keeper finds a letter. The Keeper returns on Monday.", [], []),
        ("", [], []),
    ],
)
def test_people_and_places(premise: str, people: list[tuple[str, str]], places: list[str]) -> None:
    cast = cast_of(premise)
    assert [(each.name, each.description) for each in cast.characters] == people
    assert [each.name for each in cast.places] == places


def test_who_is_mentioned() -> None:
    names = ("Mara Hale", "Captain Voss", "the harbour", "Tobias Vane")
    assert mentioned("Mara's hat lies at the Harbour; the captain waits.", names) == (
        "Mara Hale", "the harbour",
    )  # fmt: skip
