"""Prose passes, talk about prose does not, unless somebody in the story talks so."""

import pytest

from novelgen.text.leaks import count_leaks, find_leaks


@pytest.mark.parametrize(
    "text",
    [
        "Here's an edited version: the door opened.",
        "The story touches on themes of identity.",
        "In this scene, we're told that Tim is small.",
        "Premise: a keeper finds a bottle.",
        "1. Start with a strong sentence.",
        "Atmosphere: This is a stormy night.",
        "I hope this helps! Let me know if you need more.",
        "You meet the main character, Tim.",
        "This rephrased paragraph conveys the same information.",
        "You have more creative options here, and the answer is three.",
        "Please share your next piece of writing.",
        "He went.\n\nI hope you enjoyed this story! Feel free to ask for changes.",
        "“As an AI, I have no feelings,” it wrote.",
        "He said, “<think> the user wants a scene",
        "So she should go north.\n</thinking>\n\nShe went north.",
        "[/THINK]She went north.",
        "Word count: 300",
        "Sure, here is the next scene:",
    ],
)
def test_talk_about_the_story_is_found(text: str) -> None:
    assert count_leaks(text) >= 1


@pytest.mark.parametrize(
    "text",
    [
        'She opened the door. "Here is the key," he said.',
        "* * *",
        "He told the story again; nobody listened.",
        "She had one thought: leave. Then the lights went out.",
        "It was 1912. The sea was grey.",
        "“Chapter and verse,” she said, and the scene before her blurred.",
        "“I hope you enjoy your stay,” said the clerk. “Feel free to look around.”",
        "Feel free to look around, said the sign.",
        "He had served out this sentence, and another; the answer is no, she wrote.",
        "It was the final chapter of her life, and the last paragraph of his letter was short.",
        "Mara: a name she hated.",
        "Dear Anna: I am well.",
        "“Let me know if you need more,” he said. 'In this story, the wolf wins,' she said.",
        "In this passage the torches burned low, and the passage ends at a door.",
        "He was rewriting his will, and had worked as an assistant to the notary.",
        "Your answer came too late. The premise was false.",
        "Here is the passage that leads to the vault, of course, here is where he fell.",
        "I am unable to write of that night.",
    ],
)
def test_prose_passes(text: str) -> None:
    assert count_leaks(text) == 0


def test_a_leak_is_one_and_has_its_place() -> None:
    text = "He went home.\n\nNote: As an AI, I cannot go on.\n\n“In this story, you die.”"
    assert [text[start:end] for start, end in find_leaks(text)] == ["Note:", "As an AI"]
