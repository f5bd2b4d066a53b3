"""What speaks against a draft, in plain words."""

import pytest

from novelgen.generation.draft_reasons import reasons_of, strike_of
from novelgen.text.alarms.kinds import AlarmKind


def test_reasons_add_up_to_the_cost_and_the_heaviest_comes_first() -> None:
    terms = {"length": 0.1, "names": 2.0, "repeats": 0.05, "beat": -0.4, "voice": 0.0}
    cost = 0.1 + 0.3 + 0.6 - 0.2
    reasons = reasons_of(terms, cost, words=110, wanted_words=100)
    assert sum(reason.cost for reason in reasons) == pytest.approx(cost)
    assert [reason.text for reason in reasons] == [
        "5.0 % of its phrases were there before",
        "2 names that nobody has heard of",
        "10 words over the 100 wanted",
        "it tells its beat",
    ]


def test_the_length_of_a_chapters_last_passage_counts_more() -> None:
    (reason,) = reasons_of({"length": 0.1}, 0.4, words=99, wanted_words=100)
    assert reason.cost == pytest.approx(0.4)
    assert reason.text == "1 word short of the 100 wanted"


def test_every_alarm_has_plain_words() -> None:
    for kind in AlarmKind:
        assert strike_of(kind.value, "the detail").why
    assert strike_of("repeat", "the old mill").words == "the old mill"
    assert strike_of("loop", "9 of 12 words").words == ""
    assert strike_of("unheard of", "x").why == "unheard of: x"
