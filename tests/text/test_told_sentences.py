"""The narrator's words are told from those of the characters."""

from novelgen.text.told_sentences import SPEECH, told_sentences


def test_quotations_are_taken_out_of_the_narration() -> None:
    text = "Anna stood up. “I am a baker,” she said. ‘Don’t,’ he said, ‘it’s late.’\n\n“All of it."
    told = told_sentences(text)
    assert [each.narration for each in told] == [
        "Anna stood up.",
        f"{SPEECH} she said.",
        f"{SPEECH} he said, {SPEECH}",
        "",
    ]
    assert [each.has_speech for each in told] == [False, True, True, True]
    assert [(each.paragraph, each.number) for each in told] == [(1, 0), (1, 1), (1, 2), (2, 3)]
    assert " ".join(each.text for each in told[:3]) == text.split("\n")[0]


def test_speech_that_a_paragraph_leaves_open_runs_to_its_end() -> None:
    told = told_sentences('"The first part. The second part.\n\nHe stopped.')
    assert [each.narration for each in told] == ["", "", "He stopped."]
