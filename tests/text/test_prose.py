"""What a model drew becomes prose."""

from novelgen.text.prose import clean_prose, cut_to_words, force_sentence, joint


def test_markup_and_headings_go_and_paragraphs_stay() -> None:
    raw = (
        "# Chapter One\n\nThe **door** opened.\nShe   waited.\n\n\n\nChapter 2: The Storm\n\n"
        "***\n\nRain fell.\x1b[2J\n\n---\n"
    )
    assert clean_prose(raw) == "The door opened.\n\nShe waited.\n\n* * *\n\nRain fell."


def test_prose_that_only_looks_like_a_heading_stays() -> None:
    for text in ("Book closed. He slept.", "Scene stealers: they came.", "Part of it was gone."):
        assert clean_prose(text) == text


def test_a_scene_break_stands_only_between_paragraphs() -> None:
    assert clean_prose("* * *\n\nOne.\n\n* * *\n\n***\n\nTwo.\n\n* * *") == "One.\n\n* * *\n\nTwo."


def test_the_joint_follows_what_the_model_drew() -> None:
    assert joint(" and then") == " "
    assert joint("\n\nNext") == "\n\n"
    assert joint(" \nNext") == "\n\n"


def test_the_cut_is_nearest_to_the_wanted_words() -> None:
    text = "One two three. Four five six seven. Eight nine ten eleven twelve. Thirteen"
    assert cut_to_words(text, 3) == "One two three."
    assert cut_to_words(text, 8) == "One two three. Four five six seven."
    assert cut_to_words(text, 99).endswith("twelve.")
    assert cut_to_words("no end here", 2) == ""


def test_the_cut_prefers_closed_quotations() -> None:
    text = 'He sat. "I saw it. It was late," she said. "Nobody'
    assert cut_to_words(text, 5) in {"He sat.", 'He sat. "I saw it. It was late," she said.'}
    assert cut_to_words('"All is open. Still', 3) == '"All is open.'


def test_prose_without_an_end_is_made_to_end() -> None:
    assert force_sentence("and so it went, on", 4) == "and so it went."
    assert force_sentence("", 4) == ""
