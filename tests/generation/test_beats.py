"""Which beat a chapter is in, by words written."""

from hypothesis import given
from hypothesis import strategies as st

from novelgen.generation.beats import ENOUGH_WORDS, next_passage


def test_beats_are_filled_in_order_and_the_last_ends_the_chapter() -> None:
    step = next_passage([100, 100, 100], 300, 0)
    assert step is not None
    assert (step.beat, step.wanted_words, step.ends_chapter) == (0, 100, False)
    step = next_passage([100, 100, 100], 300, 90)
    assert step is not None
    assert (step.beat, step.wanted_words) == (1, 110)
    step = next_passage([100, 100, 100], 300, 205)
    assert step is not None
    assert (step.beat, step.wanted_words, step.ends_chapter) == (2, 95, True)
    assert next_passage([100, 100, 100], 300, 296) is None


def test_beats_stretch_with_the_chapter() -> None:
    step = next_passage([100, 100], 300, 149)
    assert step is not None
    assert (step.beat, step.wanted_words) == (1, 151)


@given(
    st.lists(st.integers(min_value=10, max_value=600), min_size=1, max_size=8),
    st.integers(min_value=10, max_value=5_000),
    st.integers(min_value=0, max_value=6_000),
)
def test_every_state_has_a_next_step_or_is_complete(
    beats: list[int], target: int, written: int
) -> None:
    step = next_passage(beats, target, written)
    if step is None:
        assert target - written < ENOUGH_WORDS
        return
    assert 0 <= step.beat < len(beats)
    assert step.wanted_words >= 1
    assert step.ends_chapter == (step.wanted_words >= target - written)
