"""A book has one kind of quotation marks."""

import pytest

from novelgen.text.speech_marks import with_marks_of

DOUBLE = 'She rose. "Stay," he said.'


@pytest.mark.parametrize(
    ("drawn", "kept"),
    [
        ("“Stay,” he said. “It’s late.”", '"Stay," he said. "It\'s late."'),
        ("'There's no way,' said he.\n\n'None?'", '"There\'s no way," said he.\n\n"None?"'),
        ("'Tis late, and the dogs' bowls are dry.", "'Tis late, and the dogs' bowls are dry."),
        ("'No,' he said. 'They're gone.' He sat.", '"No," he said. "They\'re gone." He sat.'),
        ("\"He said 'Come.' and went,\" she said.", "\"He said 'Come.' and went,\" she said."),
        ("'No! I'll not go,' he began", '"No! I\'ll not go," he began'),
        ("'No, he said and", "'No, he said and"),
        ("\n\n'Yes.'", '\n\n"Yes."'),
    ],
)
def test_speech_has_straight_double_marks(drawn: str, kept: str) -> None:
    for before in ("", DOUBLE, "Nobody spoke."):
        assert with_marks_of(before, drawn) == kept
    assert len(kept) == len(drawn)


@pytest.mark.parametrize("before", ["“Stay,” he said.", "'Stay,' he said.\n\nShe rose."])
def test_an_author_keeps_the_marks_of_the_book(before: str) -> None:
    for drawn in ("“It’s late.”", "'There's no way,' said he."):
        assert with_marks_of(before, drawn) == drawn
