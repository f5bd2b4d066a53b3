"""Norms, alarms and the distance from bands."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from novelgen.text.prose_metrics import (
    METRICS,
    Band,
    Measured,
    Norms,
    Within,
    alarms_of,
    band_distance,
    counts_as_alarming,
    measure,
    norms_for,
    norms_of,
    shipped_norms,
)

BAND = Band(10, 20, 30, 40, 50)


def test_the_shipped_norms_are_whole_and_read_back_to_the_digit() -> None:
    for words, windows, share in ((5_000, 357, 0.0476), (1_000, 258, 0.0155)):
        norms = shipped_norms(words)
        assert (norms.window_words, norms.windows) == (words, windows)
        assert norms.two_or_more_alarms == share
        assert set(norms.bands) == set(METRICS)
        name = f"human_norms_{words}_words.json"
        text = files("novelgen.text.prose_metrics").joinpath(name).read_text(encoding="utf-8")
        assert norms.as_json() == json.loads(text)
        assert json.dumps(norms.as_json(), indent=1) + "\n" == text.rstrip("\n") + "\n"


def test_a_text_is_held_against_the_windows_that_it_fills() -> None:
    assert norms_for(5_000).window_words == 5_000
    assert norms_for(4_999).window_words == 1_000


def test_percentiles_are_values_that_were_measured() -> None:
    windows = [
        Measured(10, {key: float(number) for key in METRICS} | {"rep4": 9.0 * (number > 8)})
        for number in range(11)
    ]
    norms = norms_of(windows, 10)
    assert norms.bands["mtld"] == Band(0, 2, 5, 8, 10)  # round(0.05 * 10) is 0, 0.25 * 10 is 2
    assert norms.windows == 11
    # zlib > 2.55 from the third on, dup8 > 1.5 from the second on.
    assert norms.two_or_more_alarms == round(8 / 11, 4)
    assert Norms.from_json(json.loads(json.dumps(norms.as_json()))) == norms


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"percentiles": {}}, "'rep2'"),
        ({"window_words": "many"}, "no number"),
        ({"percentiles": []}, "form"),
        ({"windows": 0}, "no windows"),
    ],
)
def test_a_broken_norms_file_says_what_is_wrong(change: dict[str, object], said: str) -> None:
    document = shipped_norms().as_json() | change
    with pytest.raises(ValueError, match=said):
        Norms.from_json(document)


def test_percentiles_that_do_not_rise_are_refused() -> None:
    document = shipped_norms().as_json()
    document["percentiles"]["mtld"]["p5"] = 500.0
    with pytest.raises(ValueError, match="mtld"):
        Norms.from_json(document)


def test_the_position_in_a_band() -> None:
    assert [BAND.percentile(value) for value in (10, 15, 30, 45, 50)] == [5, 15, 50, 85, 95]
    assert (BAND.percentile(9.9), BAND.percentile(50.1)) == (0, 100)
    assert Band(0, 0, 0, 0, 1).percentile(0) == 40, "half of those that are equal"


@pytest.mark.parametrize(
    ("key", "value", "goes_off"),
    [
        ("rep4", 1.5, False),
        ("rep4", 1.51, True),
        ("dup8_per_1k", 1.5, False),
        ("dup8_per_1k", 1.6, True),
        ("zlib", 2.55, False),
        ("zlib", 2.551, True),
        ("longest_repeat", 12, False),
        ("longest_repeat", 13, True),
    ],
)
def test_alarms_go_off_at_their_limits(key: str, value: float, goes_off: bool) -> None:
    assert alarms_of(Measured(5_000, {key: value})) == ((key,) if goes_off else ())


def test_two_alarms_together_count() -> None:
    assert not counts_as_alarming(Measured(5_000, {"rep4": 9.0}))
    assert counts_as_alarming(Measured(5_000, {"rep4": 9.0, "longest_repeat": 80}))


def test_distance_has_two_sides_and_is_in_widths_of_the_band() -> None:
    norms = replace(shipped_norms(), bands={**shipped_norms().bands, "mtld": BAND, "zlib": BAND})
    for value, distance, from_middle in (
        (30, 0, 0),
        (45, 0, 0.125),
        (70, 0.5, 0.75),
        (0, 0.25, 0.5),
    ):
        measured = Measured(5_000, {"mtld": value, "zlib": value})
        assert band_distance(measured, norms) == {"mtld": distance, "zlib": distance}
        assert band_distance(measured, norms, Within.MIDDLE_HALF)["mtld"] == from_middle


def test_a_short_text_is_not_blamed_for_being_short() -> None:
    norms = shipped_norms()
    few = Measured(200, {"rep4": 0.0, "distinct1": 70.0, "longest_repeat": 2, "mtld": 20.0})
    distance = band_distance(few, norms)
    assert (distance["rep4"], distance["distinct1"], distance["longest_repeat"]) == (0, 0, 0)
    assert distance["mtld"] > 0
    many = band_distance(Measured(200, {"rep4": 5.0, "distinct1": 10.0}), norms)
    assert many["rep4"] > 1 and many["distinct1"] > 1
    long = band_distance(Measured(50_000, {"rep4": 5.0, "distinct1": 10.0}), norms)
    assert (long["rep4"], long["distinct1"]) == (0, 0)


def test_a_flat_band_still_measures() -> None:
    norms = replace(shipped_norms(), bands={"dup8_per_1k": Band(0, 0, 0, 0, 0)})
    assert band_distance(Measured(5_000, {"dup8_per_1k": 2.0}), norms) == {"dup8_per_1k": 2.0}


def test_a_loop_is_far_from_the_bands_and_sets_off_all_alarms() -> None:
    measured = measure("He said that it was so, and she said that it was not. " * 500, 5_000)
    assert len(alarms_of(measured)) == 4
    assert band_distance(measured, shipped_norms())["rep2"] > 1
