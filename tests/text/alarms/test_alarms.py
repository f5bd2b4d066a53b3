"""Each alarm goes off for what it is about, with its place, and not for prose."""

import pytest

from novelgen.text.alarms.banned import banned_alarms
from novelgen.text.alarms.borrowed_names import borrowed_name_alarms, distinctive_names
from novelgen.text.alarms.echoes import EchoIndex
from novelgen.text.alarms.kinds import AlarmKind
from novelgen.text.alarms.litter import litter_alarms
from novelgen.text.alarms.loops import loop_alarms
from novelgen.text.alarms.quoting import quote_alarms
from novelgen.text.alarms.shape import shape_alarms
from novelgen.text.alarms.watch import Watch

PROSE = (
    "The keeper climbed the stair before dawn. “There is no boat until morning,” said Mara, and "
    "she put the letter (the one from the harbour) under the lamp.\n\n"
    '"I know," he answered. It was No. 27 in the row, and the clock said 4:15.\n\n'
    "He did not read it. Outside the snow — the first of that winter — lay on every roof."
)


def test_prose_raises_no_alarm() -> None:
    assert Watch().alarms(PROSE, is_whole=True) == []


@pytest.mark.parametrize(
    "litter",
    [
        "See https://example.org/story for more.",
        "The keeper[edit] went home.",
        "He read it.[12]",
        "<br> He went on.",
        "{{cite}} He went on.",
        "**He** went on.",
        "```",
        "| a | b |",
        "# Chapter Two",
        "© 2019 by the author",
        "Copyright belongs to the author.",
        "To be continued",
    ],
)
def test_litter_of_web_pages(litter: str) -> None:
    text = f"{PROSE}\n\n{litter}"
    found = list(litter_alarms(text))
    assert found
    assert all(alarm.kind is AlarmKind.LITTER and alarm.start >= len(PROSE) for alarm in found)


@pytest.mark.parametrize(
    "said",
    [
        "<think>The user wants a scene.</think>",
        "<|im_end|>",
        "As an AI, I have no feelings.",
        "I can't assist with that.",
        "Sure, here is what happens.",
        "Here is the next scene.",
        "Would you like me to go on?",
        "Assistant: The door opened.",
        "Note: The door opened.",
        "[INST] Write on [/INST]",
    ],
)
def test_what_a_model_says_to_the_person(said: str) -> None:
    text = f"{PROSE}\n\n{said}"
    found = Watch().alarms(text)
    assert {alarm.kind for alarm in found} == {AlarmKind.LEAK}
    assert all(alarm.start >= len(PROSE) for alarm in found)
    assert len(found) == (2 if "</" in said or "[/" in said else 1)


def test_loops_are_seen_while_they_begin() -> None:
    turn = "he went up the stair and came down the stair again "
    text = PROSE.replace("\n\n", " ") + " " + " and ".join(turn for _ in range(4))
    (alarm,) = loop_alarms(text, [])
    assert alarm.kind is AlarmKind.LOOP
    assert alarm.start > len(PROSE) - 20
    assert list(loop_alarms(PROSE, [])) == []
    assert list(loop_alarms(turn, [])) == []
    assert len(list(loop_alarms(turn, turn.split()))) == 1  # with what stands before it


def test_the_plan_is_not_for_the_reader() -> None:
    echoes = EchoIndex("In this scene: Mara finds the letter that was meant for her brother.")
    text = "That day Mara finds the letter that was meant for her brother, and weeps."
    (alarm,) = echoes.alarms(text)
    assert alarm.detail == "Mara finds the letter that was meant for her brother"
    assert text[alarm.start : alarm.end] == alarm.detail
    assert list(echoes.alarms("Mara finds the letter that was.")) == []


def test_names_of_other_books_are_nobodys_here() -> None:
    borrowed = frozenset(["pencroff", "raskolnikov"])
    text = "“Well, Pencroff,” said Mara. Raskolnikov's door stood open."
    found = list(borrowed_name_alarms(text, borrowed, frozenset(["mara"])))
    assert [alarm.detail for alarm in found] == ["Pencroff", "Raskolnikov"]
    assert text[found[1].start : found[1].end] == "Raskolnikov"
    assert list(borrowed_name_alarms(text, borrowed, borrowed)) == []
    assert list(borrowed_name_alarms("The pencroff tree", borrowed, frozenset())) == []


def test_names_that_belong_to_a_book_or_two() -> None:
    books = [[f"then {name} came" for _ in range(25)] for name in ("Pencroff", "John", "Herbert")]
    books += [["then John came", "with Hope and hope"] for _ in range(5)]
    books[2] += ["and Rare came", "for Frost was there", "the frost lay"] * 10
    assert distinctive_names(books) == ["herbert", "pencroff"]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('"I am here," he said.\n\nHe went.', 0),
        ('"I am here, he said.\n\nHe went.', 1),
        ('"I am here.\n\n"And I stay," he said.', 0),  # speech over two paragraphs
        ("“I am here.\n\n“And I stay,” he said.", 0),
        ("I am here,” he said.\n\nHe went.", 1),
        ('I am here, and I stay."\n\n"So do I," he said.', 1),
        ("“I am “here,” he said.\n\nHe went.", 1),
        ("He did not say 'No' to the men's boat.", 0),
    ],
)
def test_quotations(text: str, faults: int) -> None:
    assert len(list(quote_alarms(text, is_whole=True))) == faults


def test_an_open_quotation_at_the_end_may_still_be_closed() -> None:
    text = '"I am here, he said'
    assert list(quote_alarms(text, is_whole=False)) == []
    assert len(list(quote_alarms(text, is_whole=True))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "1. The keeper finds a letter.",
        "- The keeper finds a letter.",
        "== 12 34 == 56 78 == 90 12 == 34 56 ==",
        "КОГДА он пришёл, было уже поздно.",
        "THE KEEPER OF THE LIGHTHOUSE FINDS A LETTER",
    ],
)
def test_lines_that_are_no_prose(line: str) -> None:
    text = f"{PROSE}\n\n{line}\n\nHe went on."
    (alarm,) = shape_alarms(text, is_whole=True)
    assert (alarm.kind, text[alarm.start : alarm.end]) == (AlarmKind.NOT_PROSE, line)
    assert list(shape_alarms(f"{PROSE}\n\n{line}", is_whole=False)) == []  # may still go on


def test_paragraphs_and_sentences_that_do_not_end() -> None:
    sentence = "He went up the stair and down again, and " * 20
    (alarm,) = shape_alarms(f"It was late. {sentence}.", is_whole=True)
    assert alarm.kind is AlarmKind.PARAGRAPH
    assert alarm.detail.startswith("a sentence of")
    (alarm,) = shape_alarms("He went up the stair. " * 90, is_whole=True)
    assert alarm.detail == "a paragraph of 450 words"


def test_an_open_paragraph_is_part_of_what_follows() -> None:
    watch = Watch()
    assert watch.alarms('and went," he said. He left.\n\nIt rained.', '"I got up ') == []
    (alarm,) = watch.alarms("and went, he said. He left.\n\nIt rained.", '"I got up ')
    assert (alarm.kind, alarm.start) == (AlarmKind.QUOTES, 0)


def test_a_long_open_paragraph_is_no_fault_of_what_follows() -> None:
    before = "He went up the stair. " * 85
    assert (
        Watch(ignored=frozenset([AlarmKind.REPEAT, AlarmKind.SENTENCE, AlarmKind.LOOP])).alarms(
            "It was late. The wind rose.", before
        )
        == []
    )


def test_a_paragraph_is_cut_where_it_becomes_too_long() -> None:
    text = "He went up the stair. " * 90
    (alarm,) = shape_alarms(text, is_whole=True)
    assert len(text[: alarm.start].split()) == 400


def test_banned_phrases_are_found_however_they_are_written() -> None:
    text = "It was A Testament\nto her. “It’s no use.” The delta; they delve, (del)."
    phrases = ("a testament to", "it's no use", "del", "C++ (sic)")
    found = list(banned_alarms(text, phrases))
    assert {alarm.kind for alarm in found} == {AlarmKind.BANNED}
    assert [alarm.detail for alarm in found] == ["a testament to", "it's no use", "del"]
    assert [text[alarm.start : alarm.end] for alarm in found] == [
        "A Testament\nto",
        "It’s no use",
        "del",
    ]
    assert list(banned_alarms(text, ())) == []
