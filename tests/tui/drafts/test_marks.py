"""What is marked in two drafts."""

from novelgen.generation.draft_reasons import Strike
from novelgen.tui.places.drafts.marks import marked, plain
from novelgen.tui.places.drafts.reading import ShownDraft


def _draft(text: str, **how: object) -> ShownDraft:
    return ShownDraft(1, text, len(text.split()), "", (), **how)  # type: ignore[arg-type]


def test_words_that_the_other_does_not_have_are_marked_in_both() -> None:
    both = marked(
        _draft("The boat came in at noon.\n\nAnna stood on the pier and waited."),
        _draft("The boat came in at dusk.\n\nAnna stood on the pier and waited."),
    )
    assert both.is_marked
    for page, word in ((both.held, "noon"), (both.beside, "dusk")):
        (stretch,) = page[0].stretches
        assert page[0].text[stretch.start : stretch.end] == word
        assert stretch.style == "added"
        assert not page[1].stretches


def test_drafts_that_share_hardly_a_word_are_not_marked() -> None:
    both = marked(_draft("The boat came in."), _draft("Nobody had seen Anna since."))
    assert not both.is_marked
    assert not both.held[0].stretches


def test_what_was_cut_is_struck_behind_the_draft() -> None:
    strike = Strike("the old mill", "these words stand in the book already")
    (paragraph,) = plain(_draft("She walked on.", strike=strike))
    (stretch,) = paragraph.stretches
    assert paragraph.text == "She walked on. the old mill"
    assert paragraph.text[stretch.start : stretch.end] == "the old mill"
    assert stretch.style == "struck"
