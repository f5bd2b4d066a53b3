"""The voice sheet: its bounds, its document, its words, and where a text leaves it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.engine.scripted import ScriptedEngine
from novelgen.errors import UsageError
from novelgen.story.voice import (
    MAX_BANNED,
    MAX_NOTES,
    MAX_PHRASE,
    MAX_SAMPLE,
    Spelling,
    VoiceSheet,
    sheet_of,
    with_banned,
    with_field,
    without_banned,
)
from novelgen.story.voice_document import document_of, read_document
from novelgen.story.voice_drift import DriftKind, voice_distance, voice_drift
from novelgen.story.voice_guess import voice_of_premise, voice_of_prose
from novelgen.story.voice_text import voice_for, voice_line, voice_page
from novelgen.text.narration import Person, Tense

FULL = VoiceSheet(
    genre="gothic mystery",
    point_of_view=Person.FIRST,
    tense=Tense.PAST,
    spelling=Spelling.BRITISH,
    style=("Plain sentences", "Dry humour."),
    banned=("a testament to", "Łódź: no"),
    sample="The lamp went out.\n\n“So,” I said. It was late.",
)
FIRST_PAST = "I took my coat and went down to the quay, where I saw my brother. "
THIRD_PAST = "He took his coat and went down to the quay, where she saw their boat. "
THIRD_PRESENT = "He takes his coat and she sees that the quay is empty and the boat has gone. "
SECOND_PRESENT = "You are late, your coat is wet, and you know that your boat has gone. "


def test_a_sheet_and_its_json() -> None:
    assert sheet_of(FULL.as_json()) == FULL
    assert sheet_of({}) == VoiceSheet()
    assert FULL.as_json()["style"] == ["Plain sentences", "Dry humour."]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"gnre": "x"}, "no field 'gnre'"),
        ({"genre": 7}, "genre holds '7', which is no text"),
        ({"genre": "x" * 81}, "genre has 81 characters, more than 80"),
        ({"tense": "future"}, "tense is 'future'; it can be past, present"),
        ({"point_of_view": True}, "point_of_view holds 'True'"),
        ({"style": "one note"}, "style is a list"),
        ({"style": ["x"] + [f"note {n}" for n in range(MAX_NOTES)]}, "style has 13 items"),
        ({"banned": ["—"]}, "no letter"),
        ({"banned": [f"p{n}" for n in range(MAX_BANNED + 1)]}, "banned has 201 items"),
        ({"banned": ["x" * (MAX_PHRASE + 1)]}, "banned has 81 characters"),
        ({"sample": ["x"]}, "sample is no text"),
        ({"sample": "x" * (MAX_SAMPLE + 1)}, "The sample has 20,001 characters"),
    ],
)
def test_a_wrong_field_is_named(document: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        sheet_of(document)
    assert error.value.remedy


def test_texts_are_cleaned() -> None:
    sheet = sheet_of(
        {
            "genre": " a \x1b[31mmystery\n",
            "tense": "Past tense",
            "point_of_view": "First person",
            "banned": ["Delve", " delve ", ""],
            "sample": "One.  \n\nTwo.\x00\n",
        }
    )
    assert sheet == VoiceSheet(
        "a mystery", Person.FIRST, Tense.PAST, banned=("Delve",), sample="One.\n\nTwo."
    )


def test_fields_are_set_on_a_line() -> None:
    sheet = with_field(VoiceSheet(), "style", "Plain sentences; Dry humour.;")
    assert sheet.style == ("Plain sentences", "Dry humour.")
    assert with_field(with_field(sheet, "tense", "present"), "tense", "") == sheet
    with pytest.raises(UsageError, match="no field"):
        with_field(sheet, "mood", "dark")


def test_phrases_are_banned_and_allowed() -> None:
    sheet = with_banned(VoiceSheet(), ["a testament to", "Delve"])
    assert with_banned(sheet, ["DELVE"]) == sheet
    assert without_banned(sheet, ["delve"]).banned == ("a testament to",)
    with pytest.raises(UsageError, match="'dive' is not banned"):
        without_banned(sheet, ["dive"])


def test_a_document_gives_its_sheet_back() -> None:
    document = document_of(FULL)
    assert "sample: |" in document
    assert "point_of_view: first" in document
    assert "Łódź" in document
    assert read_document(document, "it") == FULL
    assert read_document(document_of(VoiceSheet()), "it") == VoiceSheet()


@given(
    st.builds(
        lambda genre, notes, sample: sheet_of(
            {"genre": genre, "style": [f"a{note}" for note in notes], "sample": sample}
        ),
        st.text(max_size=30),
        st.lists(st.text(max_size=30), max_size=4),
        st.text(max_size=80),
    )
)
def test_any_sheet_survives_its_document(sheet: VoiceSheet) -> None:
    assert read_document(document_of(sheet), "it") == sheet


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("genre: [", "it is no YAML: .* in line 1"),
        ("- genre", "it is no voice sheet"),
        ("genre: !!python/object:os.system x", "it is no YAML"),
        ("tense: 2024-01-01", "tense holds"),
        ("1: x", "no field '1'"),
        ("a: " * 300_000, "more than 200,000"),
        ("[" * 20_000, "it is no YAML"),
    ],
)
def test_a_wrong_document_says_where(raw: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_document(raw, "it")


def test_an_empty_document_is_an_empty_sheet() -> None:
    assert read_document("# nothing\n", "it") == VoiceSheet()


def test_a_voice_in_a_line() -> None:
    assert voice_line(FULL) == (
        "Gothic mystery, first person, past tense, British spelling. Plain sentences. Dry humour."
    )
    assert voice_line(VoiceSheet()) == ""
    assert voice_line(VoiceSheet(tense=Tense.PRESENT)) == "Present tense."
    long = replace(FULL, style=("Short.", "x" * 250, "Late."))
    assert voice_line(long) == "Gothic mystery, first person, past tense, British spelling. Short."


def test_a_voice_at_length() -> None:
    long = replace(FULL, style=("x" * 250, "Late."))
    assert voice_page(long, sample_words=4).split("\n") == [
        f"Gothic mystery, first person, past tense, British spelling. {'x' * 250}. Late.",
        "Never write: a testament to; Łódź: no",
        "A page that sounds as the book does:",
        "The lamp went out.",
    ]
    assert voice_page(VoiceSheet()) == ""
    assert voice_page(VoiceSheet(banned=("delve",))) == "Never write: delve"


@pytest.mark.parametrize(
    ("context_size", "has_chat_template", "told"),
    [
        (32_768, True, voice_page(FULL)),
        (8_192, True, voice_line(FULL)),
        (32_768, False, voice_line(FULL)),
    ],
)
def test_a_page_of_voice_is_for_models_that_are_asked(
    context_size: int, has_chat_template: bool, told: str
) -> None:
    info = replace(
        ScriptedEngine().info, context_size=context_size, has_chat_template=has_chat_template
    )
    assert voice_for(FULL, info) == told


@pytest.mark.parametrize(
    ("wanted", "told", "drifts"),
    [
        (VoiceSheet(point_of_view=Person.THIRD), FIRST_PAST, {"person": "first"}),
        (VoiceSheet(point_of_view=Person.THIRD), SECOND_PRESENT, {"person": "second"}),
        (VoiceSheet(point_of_view=Person.FIRST), THIRD_PAST, {"person": "third"}),
        (VoiceSheet(point_of_view=Person.SECOND), THIRD_PAST, {"person": "third"}),
        (VoiceSheet(point_of_view=Person.SECOND), FIRST_PAST, {"person": "first"}),
        (VoiceSheet(tense=Tense.PAST), THIRD_PRESENT, {"tense": "present"}),
        (VoiceSheet(tense=Tense.PRESENT), THIRD_PAST, {"tense": "past"}),
        (VoiceSheet(point_of_view=Person.THIRD, tense=Tense.PAST), THIRD_PAST, {}),
        (VoiceSheet(point_of_view=Person.FIRST, tense=Tense.PAST), FIRST_PAST, {}),
        (VoiceSheet(point_of_view=Person.SECOND, tense=Tense.PRESENT), SECOND_PRESENT, {}),
        (VoiceSheet(), FIRST_PAST + THIRD_PRESENT, {}),
    ],
)
def test_a_stretch_in_another_voice(wanted: VoiceSheet, told: str, drifts: dict[str, str]) -> None:
    found = voice_drift(wanted, told * 16)
    assert {drift.kind.value: drift.message.split()[3] for drift in found} == drifts


def test_a_drift_names_the_place_where_it_shows_most() -> None:
    right, wrong = THIRD_PAST * 10, FIRST_PAST * 12
    text = "\n\n".join([right, right, '"I am late," he said.', wrong, right])
    (drift,) = voice_drift(VoiceSheet(point_of_view=Person.THIRD), text)
    assert drift.paragraph == 4
    assert drift.passage.startswith("I took my coat")
    assert len(drift.passage) <= 300


def test_speech_and_a_single_thought_are_no_drift() -> None:
    sheet = VoiceSheet(point_of_view=Person.THIRD, tense=Tense.PAST)
    speech = '"I am what I am, and my coat is mine; I take it, and I go where I like."\n\n'
    thought = "I am late, he thought. "
    assert voice_drift(sheet, THIRD_PAST * 8 + "\n\n" + speech * 9 + thought) == []


def test_too_short_a_text_is_not_judged() -> None:
    assert voice_drift(VoiceSheet(point_of_view=Person.THIRD), FIRST_PAST * 3) == []


def test_banned_phrases_are_found_however_they_are_written() -> None:
    sheet = VoiceSheet(banned=("a testament to", "it's no use", "del"))
    text = "It was A Testament\nto her.\n\nThe delta. “It’s no use.”"
    found = [(drift.kind, drift.paragraph, drift.message) for drift in voice_drift(sheet, text)]
    assert found == [(DriftKind.BANNED, 3, "“it's no use” is banned.")]
    joined = text.replace("\nto", " to")
    assert [drift.paragraph for drift in voice_drift(sheet, joined)] == [1, 2]


def test_the_premise_tells_what_it_can() -> None:
    sheet = voice_of_premise("A detective looks for the killer of a keeper; the clue is his lamp.")
    assert sheet == VoiceSheet("mystery", Person.THIRD, Tense.PAST)
    assert voice_of_premise("I find a door in my wall.").point_of_view is Person.FIRST
    assert voice_of_premise("").genre == ""


@pytest.mark.parametrize(
    ("told", "person", "tense"),
    [
        (FIRST_PAST, Person.FIRST, Tense.PAST),
        (THIRD_PAST, Person.THIRD, Tense.PAST),
        (THIRD_PRESENT, Person.THIRD, Tense.PRESENT),
        (SECOND_PRESENT, Person.SECOND, Tense.PRESENT),
    ],
)
def test_prose_tells_person_and_tense(told: str, person: Person, tense: Tense) -> None:
    assert voice_of_prose([told * 15, told * 15]) == VoiceSheet(point_of_view=person, tense=tense)


def test_little_prose_tells_nothing_and_much_is_not_read() -> None:
    assert voice_of_prose([FIRST_PAST]) is None
    assert voice_of_prose([]) is None

    def texts() -> Any:
        yield FIRST_PAST * 400
        raise AssertionError("read on")

    assert voice_of_prose(texts()) is not None


@pytest.mark.parametrize(
    ("text", "third", "first", "present"),
    [
        ("She took her lamp and he followed her. She said “I am late”.", 0.0, 0.42, 0.5),
        ("I took my lamp and she followed me to my door, where I stood.", 0.83, 0.0, 0.5),
        ("She takes the lamp, looks up, and he says that it is late.", 1.0, 1.17, 0.0),
        ("Rain on the roofs.", 0.0, 0.0, 0.0),
        ("My lamp!", 0.2, 0.0, 0.0),
    ],
)
def test_how_far_a_passage_is_from_the_voice(
    text: str, third: float, first: float, present: float
) -> None:
    told = [
        VoiceSheet(point_of_view=Person.THIRD, tense=Tense.PAST),
        VoiceSheet(point_of_view=Person.FIRST, tense=Tense.PAST),
        VoiceSheet(tense=Tense.PRESENT),
    ]
    found = [round(voice_distance(sheet, text), 2) for sheet in told]
    assert found == [third, first, present]
    assert voice_distance(VoiceSheet(), text) == 0.0
