"""Prose passes, talk about prose does not."""

import pytest

from novelgen.text.leaks import count_leaks


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
    ],
)
def test_prose_passes(text: str) -> None:
    assert count_leaks(text) == 0
