"""Quotations, in whatever marks, are told from apostrophes."""

import pytest

from novelgen.text.quotations import quotations, without_quotations


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('He said, "I go," and went.', ['"I go,"']),
        ("“I go,” he said. «Me too.»", ["“I go,”", "«Me too.»"]),
        ("'I won't go,' he said. ‘Nor I.’", ["'I won't go,'", "‘Nor I.’"]),
        ("“I go.\n\n“And I stay,” he said.", ["“I go.", "“And I stay,”"]),
        ("‘I go.\n\n‘And I don’t,’ he said.", ["‘I go.", "‘And I don’t,’"]),
        ("‘Tis late, and the men's boat isn't here.", []),
        ("The boys' boat, and the ‘ledger’ in it.", []),
        ("It was late.\nHe said: “Go", ["“Go"]),
    ],
)
def test_quotations(text: str, spoken: list[str]) -> None:
    assert [text[start:end] for start, end in quotations(text)] == spoken
    assert without_quotations("He “goes” home.") == "He   home."
