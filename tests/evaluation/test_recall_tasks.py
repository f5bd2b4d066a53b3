"""The recall tasks: what facts say, where they stand, and how samples are cut into segments."""

import re
from collections import Counter

import numpy
import pytest
import torch

from novelgen.evaluation.recall_noise import RecallSample, draw_sample, read_noise
from novelgen.evaluation.recall_tasks import (
    PEOPLE,
    PLACES,
    RecallTask,
    draw_placements,
    draw_problem,
)

NOISE = torch.arange(1000, 2000, dtype=torch.int32)
SIZE = 499


def encode(text: str) -> list[int]:
    """One id below 1,000 for every character, so that facts and noise cannot be confused."""
    return [ord(character) for character in text]


def words_in(text: str, words: tuple[str, ...]) -> list[str]:
    return [word for word in re.findall(r"\w+", text) if word in words]


def sample_of(task: RecallTask, num_segments: int, seed: int = 0) -> RecallSample:
    rng = numpy.random.default_rng(seed)
    return draw_sample(task, num_segments, SIZE, NOISE, encode, rng)


def test_one_fact_tells_where_the_person_asked_for_went() -> None:
    rng = numpy.random.default_rng(0)
    for task in (RecallTask.MEMORIZE, RecallTask.DETECT):
        for answer in PLACES * 10:
            problem = draw_problem(task, answer, rng)
            assert len(problem.facts) == 1
            assert words_in(problem.facts[0], PLACES) == [answer]
            assert words_in(problem.facts[0], PEOPLE) == words_in(problem.question.text, PEOPLE)


def test_reasoning_cannot_be_solved_from_either_fact_alone() -> None:
    rng = numpy.random.default_rng(0)
    # For every parting and object, both people must be given it, so both answers occur.
    answers: dict[str, set[bool]] = {}
    for number in range(600):
        answer = PLACES[number % 6]
        problem = draw_problem(RecallTask.REASONING, answer, rng)
        parting, gift = sorted(problem.facts, key=lambda fact: -len(words_in(fact, PLACES)))
        people, places = words_in(parting, PEOPLE), words_in(parting, PLACES)
        holders = words_in(gift, PEOPLE)
        assert len(set(people)) == len(set(places)) == 2
        assert words_in(gift, PLACES) == []
        assert words_in(problem.question.text, PEOPLE) == []
        assert places[people.index(holders[0])] == answer
        assert problem.question.needs == (0, 1)
        answers.setdefault(re.sub(r"\b[A-Z]\w+\b", "X", parting), set()).add(places[0] == answer)
    assert any(len(which) == 2 for which in answers.values())
    share = sum(len(which) == 2 for which in answers.values()) / len(answers)
    assert share > 0.5


def test_lessons_are_answered_by_the_fact_they_name() -> None:
    rng = numpy.random.default_rng(0)
    for _ in range(50):
        problem = draw_problem(RecallTask.REASONING, "tower", rng)
        for lesson in problem.lessons:
            (needed,) = lesson.needs
            assert lesson.text.split()[-1] in problem.facts[needed]
            assert lesson.answer in problem.facts[needed]


@pytest.mark.parametrize("task", RecallTask)
@pytest.mark.parametrize("num_segments", [1, 2, 5])
def test_segments_and_question_fill_the_sample_to_the_token(
    task: RecallTask, num_segments: int
) -> None:
    sample = sample_of(task, num_segments)
    lengths = [len(sample.segment(index, NOISE)) for index in range(num_segments)]
    assert lengths[:-1] == [SIZE] * (num_segments - 1)
    assert lengths[-1] == SIZE - len(sample.question.tokens)


@pytest.mark.parametrize("task", RecallTask)
def test_facts_stand_whole_and_once_in_unbroken_noise(task: RecallTask) -> None:
    for seed in range(40):
        sample = sample_of(task, 3, seed)
        ids = [sample.segment(index, NOISE) for index in range(3)]
        noise = torch.cat([part[part >= 1000] for part in ids])
        steps = (noise[1:] - noise[:-1]) % len(NOISE)
        assert (steps == 1).all()
        for fact, placement in zip(sample.facts, sample.placements, strict=True):
            segment = ids[placement.segment].tolist()
            found = [
                start
                for start in range(len(segment))
                if tuple(segment[start : start + len(fact)]) == fact
            ]
            assert len(found) == 1


def test_memorize_begins_with_its_fact() -> None:
    sample = sample_of(RecallTask.MEMORIZE, 4)
    assert sample.segment(0, NOISE)[: len(sample.facts[0])].tolist() == list(sample.facts[0])
    assert not any(sample.has_fact_in(index) for index in (1, 2, 3))


def test_facts_are_spread_evenly_over_segments_and_places() -> None:
    rng = numpy.random.default_rng(0)
    drawn = [draw_placements(RecallTask.DETECT, [10], [100] * 5, rng)[0] for _ in range(5000)]
    segments = Counter(placement.segment for placement in drawn)
    assert set(segments) == set(range(5))
    assert all(abs(count - 1000) < 130 for count in segments.values())
    tenths = Counter(placement.noise_before * 10 // 91 for placement in drawn)
    assert all(abs(count - 500) < 100 for count in tenths.values())
    assert {0, 90} <= {placement.noise_before for placement in drawn}


def test_two_facts_stand_in_reading_order_and_may_share_a_segment() -> None:
    rng = numpy.random.default_rng(0)
    drawn = [draw_placements(RecallTask.REASONING, [10, 7], [50, 50], rng) for _ in range(400)]
    for first, second in drawn:
        assert (first.segment, first.noise_before) <= (second.segment, second.noise_before)
    shared = sum(first.segment == second.segment for first, second in drawn)
    assert 150 < shared < 250


def test_the_same_draw_at_another_length_differs_only_in_length() -> None:
    short, long = (sample_of(RecallTask.MEMORIZE, length) for length in (2, 6))
    assert long.prefix(2) == short


def test_a_prefix_must_hold_the_facts() -> None:
    sample = next(
        found
        for found in (sample_of(RecallTask.DETECT, 8, seed) for seed in range(50))
        if found.placements[0].segment > 3
    )
    with pytest.raises(ValueError, match="a fact stands behind"):
        sample.prefix(2)


def test_noise_is_the_books_prose_or_scripted_text(tmp_path) -> None:
    (tmp_path / "a.md").write_text("# Title\n\nThe rain had stopped before dawn.\n")
    noise = read_noise(tmp_path, encode)
    assert "".join(map(chr, noise.tolist())) == "The rain had stopped before dawn."
    scripted = read_noise(None, encode, seed=3)
    assert len(scripted) > 500_000
    assert torch.equal(scripted, read_noise(None, encode, seed=3))
    assert not torch.equal(scripted[:5000], read_noise(None, encode, seed=4)[:5000])
