"""Sentences of several drafts, joined into one text."""

from novelgen.text.joined_sentences import joined, sentences_of

_ONE = "The bell rang. Anna rose.\n\nNobody came."
_TWO = "It was late. The sea was still."


def test_sentences_know_where_paragraphs_begin() -> None:
    sentences = sentences_of(0, _ONE)
    assert [each.text for each in sentences] == ["The bell rang.", "Anna rose.", "Nobody came."]
    assert [each.begins_paragraph for each in sentences] == [True, False, True]


def test_all_sentences_of_a_draft_are_the_draft_without_a_seam() -> None:
    assert joined(sentences_of(0, _ONE)).text == _ONE
    assert joined(sentences_of(0, _ONE)).seams == ()


def test_a_seam_is_where_sentences_meet_that_did_not_stand_together() -> None:
    one, two = sentences_of(0, _ONE), sentences_of(1, _TWO)
    text = joined([one[0], two[1], one[2]])
    assert text.text == "The bell rang. The sea was still.\n\nNobody came."
    assert [text.text[seam:][:3] for seam in text.seams] == ["The", "Nob"]


def test_nothing_joined_is_empty() -> None:
    assert joined([]).text == ""
