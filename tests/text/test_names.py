"""Names: told by capitals in mid-sentence, not by those that begin a sentence."""

from novelgen.text.names import looks_like_name, names_in, uses_name


def test_capitals_in_mid_sentence_make_names() -> None:
    text = (
        "Presently Mrs. Holloway saw Clara’s hat. “Never,” said O'Hara, “on Monday.” The House "
        "voted, and the Captain spoke French with J. Marsh. NOBODY laughed."
    )
    assert names_in(text) == {"Holloway", "Clara", "O'Hara", "Marsh"}


def test_adverbs_and_everyday_words_do_not_look_like_names() -> None:
    assert [
        word for word in ("Suddenly", "Water", "Rosalind", "Huge") if looks_like_name(word)
    ] == ["Rosalind"]


def test_a_name_that_is_a_common_word_is_found_in_mid_sentence_only() -> None:
    text = "Will he come? I hope, Will, you do. Willow."
    found = uses_name(text, "Will", is_common_word=True)
    assert found is not None
    assert found.start() == text.index(", Will") + 2
    assert uses_name("Clarabel and Clara", "Clara", is_common_word=False) is not None
    assert uses_name("Clarabel", "Clara", is_common_word=False) is None
