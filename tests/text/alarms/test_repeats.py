"""Words that stand in the book already are found, wherever the index came from."""

from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.alarms.kinds import AlarmKind
from novelgen.text.alarms.prose_words import placed_words
from novelgen.text.alarms.repeats import (
    FAR_WORDS,
    NEAR_DISTANCE,
    NEAR_WORDS,
    RepeatIndex,
    repeat_alarms,
)

WORDS = [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600)]


def prose(first: int, count: int) -> str:
    """Words of which none comes twice."""
    return " ".join(WORDS[first : first + count])


def filler(count: int) -> str:
    """Words of another kind, never the same stretch twice."""
    return " ".join(
        f"x{chr(97 + n % 23)}{chr(97 + n % 29 % 26)}{'a' * (n % 31)}" for n in range(count)
    )


def alarms(text: str, *before: str) -> list[tuple[AlarmKind, str]]:
    index = RepeatIndex()
    for each in before:
        index.add(each)
    return [(alarm.kind, alarm.detail) for alarm in repeat_alarms(text, index)]


def test_a_stretch_of_the_near_past_is_a_repeat() -> None:
    repeated = prose(10, NEAR_WORDS)
    assert alarms(f"Now {repeated} then", prose(0, 60)) == [(AlarmKind.REPEAT, repeated)]
    assert alarms(f"Now {prose(10, NEAR_WORDS - 1)} then", prose(0, 60)) == []


def test_marks_and_capitals_make_no_difference() -> None:
    text = "“The lamp went out, and Nobody knew who had put it there…”"
    before = "the lamp went out and nobody knew who had put it there"
    assert alarms(text, before) == [
        (AlarmKind.REPEAT, text[1:-2]),
        (AlarmKind.SENTENCE, text[1:-2]),
    ]


def test_far_away_a_repeat_must_be_longer() -> None:
    far = [prose(0, 60), filler(NEAR_DISTANCE + 100)]
    assert alarms(f"Now {prose(10, NEAR_WORDS)} then", *far) == []
    ((kind, detail),) = alarms(f"Now {prose(10, FAR_WORDS)} then", *far)
    assert (kind, detail) == (AlarmKind.REPEAT, prose(10, FAR_WORDS))


def test_what_a_text_says_twice_itself_is_a_repeat() -> None:
    text = f"{prose(0, 12)} and {prose(0, 12)}"
    assert alarms(text) == [(AlarmKind.REPEAT, prose(0, 12))]


def test_a_sentence_of_the_near_past_is_said_again() -> None:
    before = "He looked at her very strangely. The wind rose."
    assert alarms("It was late. He looked at her very strangely.", before) == [
        (AlarmKind.SENTENCE, "He looked at her very strangely")
    ]
    assert alarms("It was late. The wind rose.", before) == []  # too short to count
    assert alarms("He looked at her very strangely.", before, filler(NEAR_DISTANCE)) == []


def test_what_is_before_the_horizon_does_not_count() -> None:
    index = RepeatIndex()
    index.add(prose(0, 60))
    index.add(prose(100, 60))
    index.forget_before(60)
    assert list(repeat_alarms(prose(10, FAR_WORDS), index)) == []
    assert len(list(repeat_alarms(prose(110, FAR_WORDS), index))) == 1
    assert index.recent(1_000) == prose(100, 60).split()


@given(
    st.lists(st.integers(0, 8), min_size=0, max_size=80),
    st.lists(st.integers(0, 8), min_size=0, max_size=80),
    st.lists(st.integers(0, 8), min_size=0, max_size=60),
    st.integers(0, 80),
)
def test_an_index_that_was_rewound_is_as_if_nothing_had_been_added(
    kept: list[int], dropped: list[int], text: list[int], horizon: int
) -> None:
    def told(numbers: list[int]) -> str:
        return " ".join(WORDS[n] + ("." if n == 3 else "") for n in numbers)

    index, plain = RepeatIndex(), RepeatIndex()
    for each in (index, plain):
        each.add(told(kept))
        each.forget_before(min(horizon, len(kept)))
    index.add(told(dropped))
    index.rewind(len(kept))
    assert len(index) == len(plain)
    placed = placed_words(told(text))
    assert list(index.repeats(placed)) == list(plain.repeats(placed))
    assert list(index.said_again(told(text), placed)) == list(plain.said_again(told(text), placed))
