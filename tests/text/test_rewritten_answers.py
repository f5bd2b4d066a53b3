"""The passage that a model's answer holds."""

import pytest

from novelgen.text.rewritten_answers import rewritten_passage

BEFORE, AFTER = "Anna Reed came in. ", " Then she left."


def cleaned(answer: str, passage: str = "She sat down.", **how: object) -> str:
    where = {"before": BEFORE, "after": AFTER, "keeps_paragraphs": False, **how}
    return rewritten_passage(answer, passage=passage, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer",
    [
        "She took a chair.",
        "  She took a chair.\n",
        "Here is the rewritten passage:\n\nShe took a chair.",
        "Sure! Here's the passage in the past tense:\nShe took a chair.",
        "Certainly!\n\nShe took a chair.",
        "Rewritten passage: She took a chair.",
        "**Rewritten passage**\n\nShe took a chair.",
        '"She took a chair."',
        "```\nShe took a chair.\n```",
        "She took a chair.\n\nNote: I kept the tense.",
        "She took a chair.\n\nI have changed the verb.",
        "She took a chair.\n\nThis version is shorter.",
        "Anna Reed came in. She took a chair.",
        "She took a chair. Then she left.",
    ],
)
def test_what_is_no_part_of_it_goes(answer: str) -> None:
    assert cleaned(answer) == "She took a chair."


def test_speech_keeps_its_marks() -> None:
    said = '"Sit down," he said. "Do."'
    assert cleaned(said) == said
    assert cleaned('"Sit."', passage='"Sit down."') == '"Sit."'
    assert cleaned("Here is where she sat: a chair.") == "Here is where she sat: a chair."


def test_it_begins_and_ends_inside_a_sentence() -> None:
    inside = {"before": "She went to ", "after": " and left."}
    assert cleaned("A distant town.", "the far city", **inside) == "a distant town"
    assert cleaned("Anna and the town.", "Anna", **inside) == "Anna and the town"
    assert cleaned("I know where", "the city", **inside) == "I know where"
    assert cleaned("she took a chair", "She sat.") == "She took a chair."


def test_paragraphs_stay_where_the_passage_has_them() -> None:
    answer = "One.\n\nTwo."
    assert cleaned(answer) == "One. Two."
    assert cleaned(answer, keeps_paragraphs=True) == answer
    assert cleaned("") == ""
