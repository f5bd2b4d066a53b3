"""Smart marks: hard cases one by one, and what holds of every paragraph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.emphasis import runs_of
from novelgen.text.sentences import SCENE_BREAK
from novelgen.text.smart_marks import smartened
from novelgen.text.straight_marks import straightened
from novelgen.text.words import count_words

CASES = {
    # Quotations in double marks.
    '"Hello," she said.': "“Hello,” she said.",
    '"Where is he?" "Gone."': "“Where is he?” “Gone.”",
    'She said--"Come"--and left.': "She said—“Come”—and left.",
    '("Hush!")': "(“Hush!”)",
    '"I never--" he began. "No--no!"': "“I never—” he began. “No—no!”",
    '"...and then," he said, "..."': "“…and then,” he said, “…”",
    '"Then nobody came': "“Then nobody came",
    'and so it ended."': "and so it ended.”",
    '"Well"—she rose—"goodbye."': "“Well”—she rose—“goodbye.”",
    'He said "no".': "He said “no”.",
    "\"'Hello,' he said.\"": "“‘Hello,’ he said.”",
    "\"He said, 'Come here.'\"": "“He said, ‘Come here.’”",
    "\"He said, 'Come here.' \"": "“He said, ‘Come here.’ ”",
    "\"Who said 'Kiss me'?\" he asked.": "“Who said ‘Kiss me’?” he asked.",
    "\"He said, 'Come along.": "“He said, ‘Come along.",
    # Quotations in single marks.
    "'Hello,' she said.": "‘Hello,’ she said.",
    "'I was there,' he said, 'and so were you.'": "‘I was there,’ he said, ‘and so were you.’",
    "'He said \"no\",' she told.": "‘He said “no”,’ she told.",
    "'\"No,\" he said,' she told.": "‘“No,” he said,’ she told.",
    "'The boys' house,' he said.": "‘The boys’ house,’ he said.",
    "'Is it true?' he asked.": "‘Is it true?’ he asked.",
    "'And you--'": "‘And you—’",
    "the word 'hello' is": "the word ‘hello’ is",
    "the 'and' between them": "the ‘and’ between them",
    "'cats' and 'dogs'": "‘cats’ and ‘dogs’",
    "said he; 'and then,' he added": "said he; ‘and then,’ he added",
    "cross every 't' and dot every 'i'": "cross every ‘t’ and dot every ‘i’",
    # Apostrophes.
    "don't, o'clock, O'Brien, d'Artagnan": "don’t, o’clock, O’Brien, d’Artagnan",
    "the boys' bowls, James' hat": "the boys’ bowls, James’ hat",
    "'Tis late, 'twas said.": "’Tis late, ’twas said.",
    "rock 'n' roll": "rock ’n’ roll",
    "fish 'n chips": "fish ’n chips",
    "in the '90s, in '45": "in the ’90s, in ’45",
    "\"Give 'em to 'im,\" he said.": "“Give ’em to ’im,” he said.",
    "doin' nothin' an' goin' home": "doin’ nothin’ an’ goin’ home",
    "\"'E said, 'Come 'ere,' 'e did.\"": "“’E said, ‘Come ’ere,’ ’e did.”",
    "'I went to 'Ampstead,' he said.": "‘I went to ’Ampstead,’ he said.",
    "a-'idin' somewhere": "a-’idin’ somewhere",
    "said 'Arry and 'Enry": "said ’Arry and ’Enry",
    # Dashes and ellipses.
    "1914--18": "1914–18",
    "well -- yes---no": "well — yes—no",
    "Mr. B----": "Mr. B——",
    "wait...what?..": "wait…what?..",
    "the end....": "the end….",
    "half-open, 555-0199": "half-open, 555-0199",
    "<-- back, forth -->": "<-- back, forth -->",
    "----------": "----------",
    ". . .": ". . .",
    # Emphasis.
    '*"Hello,"* he said.': "*“Hello,”* he said.",
    '"*Hello*," he said.': "“*Hello*,” he said.",
    "*'Hello,'* he said.": "*‘Hello,’* he said.",
    "the *Argo*'s crew": "the *Argo*’s crew",
    "_'Tis_ so": "_’Tis_ so",
    # Left alone.
    '5\'10" tall, a 12" pipe': '5\'10" tall, a 12" pipe',
    '"He is 5\'10"," she said.': "“He is 5'10\",” she said.",
    '"It is a 6" pipe," he said.': '“It is a 6" pipe,” he said.',
    "six feet, 6' of it": "six feet, 6' of it",
    "«Bonjour», dit-il": "«Bonjour», dit-il",
    "“It’s ‘so’,” he said—…": "“It’s ‘so’,” he said—…",
    '“Curly” and "straight"': "“Curly” and “straight”",
    SCENE_BREAK: SCENE_BREAK,
    "": "",
}
PIECES = """
' " “ ” ‘ ’ * _ ** - -- ... . , ( ) … — « ! tis em Hello boys said goin I 90 5 a é
"""
PROSE = st.lists(st.sampled_from([" ", " ", *PIECES.split()]), max_size=40).map("".join)


@pytest.mark.parametrize("typed", CASES)
def test_a_hard_case_is_read_as_a_reader_would(typed: str) -> None:
    assert smartened(typed) == CASES[typed]


@given(PROSE | st.text(alphabet="'\"*_ -.ab1", max_size=30) | st.text(max_size=60))
def test_words_and_emphasis_stay_and_a_second_reading_changes_nothing(paragraph: str) -> None:
    smart = smartened(paragraph)
    assert smartened(smart) == smart
    assert count_words(smart) == count_words(paragraph)
    assert len(smart.split()) == len(paragraph.split())
    assert _looks(smart) == _looks(paragraph)


@given(PROSE)
def test_nothing_but_marks_changes(paragraph: str) -> None:
    smart = smartened(paragraph)
    assert _without_marks(smart) == _without_marks(paragraph)


@given(st.text(alphabet="ab “”‘’*,!?—…1«»", max_size=40))
def test_marks_that_are_curly_already_stay(paragraph: str) -> None:
    assert smartened(paragraph) == paragraph


@given(st.text(alphabet="ab “”‘’*,!?\"' ", max_size=40))
def test_each_mark_becomes_one_of_its_kind(paragraph: str) -> None:
    smart = smartened(paragraph)
    assert straightened(smart) == straightened(paragraph)
    kept = zip(paragraph, smart, strict=True)
    assert all(new == old for old, new in kept if old not in "'\"")


def test_a_long_paragraph_is_read_in_one_go() -> None:
    paragraph = "\"'Tis,\" he said, 'and so--' " * 20_000
    smart = smartened(paragraph)
    assert smart == smartened(paragraph[: len(paragraph) // 20_000]) * 20_000


def _looks(paragraph: str) -> list[tuple[bool, bool]]:
    return [(run.is_italic, run.is_bold) for run in runs_of(paragraph)]


def _without_marks(text: str) -> str:
    return "".join(character for character in text if character not in "'\"“”‘’-–—.…")
