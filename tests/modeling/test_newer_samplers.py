"""DRY, typical sampling and XTC: worked out by hand, and the compiled ones as those of torch."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from novelgen.engine.randomness import stream_key, uniforms
from novelgen.engine.values import SamplingParams
from novelgen.generation.novel_settings import NovelSettings
from novelgen.modeling.choosing import ChoiceRules, Chooser, TorchChooser
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.dry import LONGEST_MATCH, match_penalties, penalise_matches
from novelgen.modeling.fused import dry as compiled_dry
from novelgen.modeling.fused.chooser import CompiledChooser
from novelgen.modeling.fused.team import ThreadTeam
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.sampling import exclude_top_choices, keep_typical
from novelgen.modeling.token_marks import NO_MARKS, TokenMarks, mark_tokens, mask_of
from novelgen.modeling.tokenization import Tokenization
from tests.modeling.tiny_models import PROSE, LmFactory

VOCABULARY = 8
NONE: frozenset[int] = frozenset()


def logits_of(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows).log()


def survivors(logits: torch.Tensor) -> list[set[int]]:
    return [set(row.isfinite().nonzero().flatten().tolist()) for row in logits]


def lost_to_dry(
    seen: list[int],
    params: SamplingParams,
    breaks: frozenset[int] = NONE,
    exempt: frozenset[int] = NONE,
) -> dict[int, float]:
    """What each token loses, by both implementations."""
    ids, size = np.array(seen), max(VOCABULARY, max(seen, default=0) + 1)
    masks = [mask_of(marked, size) for marked in (breaks, exempt)]
    penalties = match_penalties(params)
    plain = penalise_matches(
        torch.zeros(1, size),
        torch.from_numpy(ids[max(0, len(ids) - params.dry_window) :])[None],
        torch.from_numpy(penalties),
        *map(torch.from_numpy, masks),
    )[0].numpy()
    scores, room = np.zeros(size, np.float32), np.full(size, 7, np.float32)
    compiled_dry.penalise_matches(penalties, params.dry_window, ids, *masks, scores, room)
    assert scores.tolist() == plain.tolist()
    return {token: -float(value) for token, value in enumerate(plain) if value}


DRY = SamplingParams(dry_multiplier=0.5, dry_base=2.0, dry_allowed_length=2)


@pytest.mark.parametrize(
    ("seen", "lost"),
    [
        # ... 1 2 3 | ... 1 2: after a match of two comes 3.
        ([1, 2, 3, 5, 1, 2], {3: 0.5}),
        ([0, 1, 2, 3, 5, 0, 1, 2], {3: 1.0}),  # a match of three: 0.5 * 2
        ([4, 0, 1, 2, 3, 5, 4, 0, 1, 2], {3: 2.0}),
        ([2, 3, 5, 1, 2], {}),  # a match of one is shorter than allowed
        # The longest match counts, and every token that followed one.
        ([1, 2, 3, 0, 1, 2, 3, 1, 2, 6, 0, 1, 2], {3: 1.0, 6: 0.5}),
        ([1, 1, 1, 1], {1: 1.0}),  # the copy may overlap the end
        ([3], {}),
        ([5, 5], {}),
    ],
)
def test_dry_penalises_what_goes_on_with_a_repeat(seen: list[int], lost: dict[int, float]) -> None:
    assert lost_to_dry(seen, DRY) == lost


def test_breakers_end_a_match() -> None:
    seen = [0, 1, 2, 3, 5, 0, 1, 2]
    assert lost_to_dry(seen, DRY, breaks=frozenset({0})) == {3: 0.5}  # 1 2 is left
    assert lost_to_dry(seen, DRY, breaks=frozenset({1})) == {}
    assert lost_to_dry(seen, DRY, breaks=frozenset({2})) == {}
    assert lost_to_dry(seen, DRY, breaks=frozenset({3})) == {}  # no penalty on a breaker


def test_names_are_neither_counted_nor_penalised() -> None:
    seen = [0, 1, 2, 3, 5, 0, 1, 2]
    assert lost_to_dry(seen, DRY, exempt=frozenset({1})) == {3: 0.5}  # 0 and 2 count, 1 between
    assert lost_to_dry(seen, DRY, exempt=frozenset({1, 2})) == {}  # 0 alone is too short
    assert lost_to_dry(seen, DRY, exempt=frozenset({3})) == {}
    # A name of three tokens, said often, costs nothing; what stands around it does.
    name = [0, 1, 2]
    assert lost_to_dry([*name, 7, *name, 7, *name], DRY, exempt=frozenset(name)) == {}
    around = [5, 6, *name, 7, 4, 5, 6, *name]
    assert lost_to_dry(around, DRY, exempt=frozenset(name)) == {7: 0.5}
    other = [5, 6, 0, 1, 3, 7, 4, 5, 6, 0, 1, 2]
    assert lost_to_dry(other, DRY, exempt=frozenset({0, 1, 2, 3})) == {}  # another name


def test_the_window_and_the_longest_match_bound_dry() -> None:
    seen = [0, 1, 2, 3, 5, 0, 1, 2]
    assert lost_to_dry(seen, replace(DRY, dry_window=8)) == {3: 1.0}
    assert lost_to_dry(seen, replace(DRY, dry_window=7)) == {3: 0.5}
    assert lost_to_dry(seen, replace(DRY, dry_window=6)) == {}
    assert lost_to_dry(seen, replace(DRY, dry_window=0)) == {}
    mild = SamplingParams(dry_multiplier=1.0, dry_base=1.1, dry_allowed_length=1)
    loop = list(range(100, 100 + LONGEST_MATCH + 20))
    lost = lost_to_dry([*loop, *loop[:-1]], mild)
    assert lost == {loop[-1]: pytest.approx(1.1 ** (LONGEST_MATCH - 1), rel=1e-5)}


def test_no_penalty_is_too_large_to_compute_with() -> None:
    worst = SamplingParams(dry_multiplier=100, dry_base=10, dry_allowed_length=1)
    penalties = match_penalties(worst)
    assert penalties[0] == 0 and penalties[1] == 100 and penalties.max() == 1e4
    assert np.isfinite(penalties).all()
    assert match_penalties(SamplingParams()).size == 0


def test_typical_tokens_surprise_as_much_as_is_to_be_expected() -> None:
    """Entropy of 0.5, 0.25, 0.125, 0.125: 1.75 bits; surprisals 1, 2, 3, 3: 2 is the nearest."""
    logits = logits_of([0.5, 0.25, 0.125, 0.125])
    assert survivors(keep_typical(logits, 0.2)) == [{1}]
    assert survivors(keep_typical(logits, 0.3)) == [{0, 1}]  # 0.75 off, the others 1.25
    assert survivors(keep_typical(logits, 0.8)) == [{0, 1, 2, 3}]  # both or none of two ties
    assert survivors(keep_typical(logits, 1.0)) == [{0, 1, 2, 3}]
    certain = torch.tensor([[0.0, -math.inf, -math.inf]])
    assert survivors(keep_typical(certain, 0.5)) == [{0}]


def test_typical_sampling_may_leave_the_likeliest_out() -> None:
    probabilities = [0.4] + [0.06] * 10
    assert survivors(keep_typical(logits_of(probabilities), 0.5)) == [set(range(1, 11))]


CHOICES = [0.4, 0.3, 0.2, 0.06, 0.04]


def exclude(threshold: float, acts: bool = True, kept: frozenset[int] = NONE) -> set[int]:
    mask = torch.from_numpy(mask_of(kept, len(CHOICES)))
    return survivors(
        exclude_top_choices(logits_of(CHOICES), torch.tensor([acts]), threshold, mask)
    )[0]


def test_xtc_leaves_the_least_likely_choice() -> None:
    assert exclude(0.1) == {2, 3, 4}
    assert exclude(0.25) == {1, 2, 3, 4}
    assert exclude(0.05) == {3, 4}
    assert exclude(0.35) == {0, 1, 2, 3, 4}  # a single choice
    assert exclude(0.5) == {0, 1, 2, 3, 4}
    assert exclude(0.1, acts=False) == {0, 1, 2, 3, 4}


def test_xtc_takes_nothing_where_a_line_or_the_text_would_go_on() -> None:
    assert exclude(0.1, kept=frozenset({0})) == {0, 1, 2, 3, 4}
    assert exclude(0.1, kept=frozenset({1})) == {0, 1, 2, 3, 4}
    assert exclude(0.1, kept=frozenset({2})) == {2, 3, 4}  # it stays anyway


def test_xtc_leaves_ties_together() -> None:
    none = torch.zeros(4, dtype=torch.bool)
    logits = logits_of([0.3, 0.3, 0.2, 0.2])
    assert survivors(exclude_top_choices(logits, torch.tensor([True]), 0.1, none)) == [{2, 3}]


NEWER = [
    SamplingParams(typical_p=0.2),
    SamplingParams(typical_p=0.9, temperature=1.3),
    SamplingParams(1.1, 32, 3, 0.8, 60, 0.95, 0.02, typical_p=0.6),
    SamplingParams(dry_multiplier=0.8, dry_allowed_length=1),
    SamplingParams(dry_multiplier=5.0, dry_base=3.0, dry_window=40, temperature=0),
    SamplingParams(xtc_probability=0.5, xtc_threshold=0.02),
    SamplingParams(xtc_probability=1.0, xtc_threshold=0.01, temperature=2.0),
    SamplingParams(
        1.2, 64, 2, 0.7, 0, 0.9, 0.01, typical_p=0.8, dry_multiplier=1.5, dry_allowed_length=1,
        xtc_probability=0.7, xtc_threshold=0.05,
    ),
]  # fmt: skip


def rules_of(
    params: SamplingParams, rng: Any, rows: int, steps: int, vocabulary: int
) -> ChoiceRules:
    has_xtc = params.xtc_probability > 0
    forbidden, ends = rng.random(vocabulary) < 0.1, rng.random(vocabulary) < 0.1
    marks = TokenMarks(*[rng.random(vocabulary) < 0.02 for _ in range(3)])
    return ChoiceRules(
        params,
        forbidden,
        ends,
        6,
        rng.integers(0, 5, 150).tolist(),  # so few that they repeat
        rng.random((rows, steps)),
        rng.random((rows, steps)) if has_xtc else None,
        marks,
    )


@pytest.mark.parametrize("params", NEWER)
@pytest.mark.parametrize("spread", [0.1, 3.0, 30.0])
@pytest.mark.parametrize("vocabulary", [30, 2000])
def test_compiled_samplers_choose_as_those_of_torch(
    params: SamplingParams, spread: float, vocabulary: int
) -> None:
    rng = np.random.default_rng(3)
    rows, steps = 7, 12
    rules = rules_of(params, rng, rows, steps, vocabulary)
    compiled: Chooser = CompiledChooser(rules, ThreadTeam(2))
    plain: Chooser = TorchChooser(rules, torch.device("cpu"))
    for position in range(steps):
        if position == 8:
            compiled.keep([5, 2, 0])
            plain.keep([5, 2, 0])
            rows = 3
        drawn = (rng.standard_normal((rows, vocabulary)) * spread).astype("f4")
        drawn[:, :5] += 3 * spread  # what was seen is likely
        logits = torch.from_numpy(drawn)
        tokens, _ = compiled.choose(logits, position).read()
        assert tokens == plain.choose(logits, position).read()[0]
        assert not rules.forbidden[tokens].any()


@pytest.mark.parametrize("params", NEWER)
def test_every_newer_sampler_changes_what_is_drawn(params: SamplingParams) -> None:
    """Or the comparison above would compare nothing."""
    rng = np.random.default_rng(5)
    rules = rules_of(params, rng, 7, 24, 200)
    off = replace(params, typical_p=1.0, dry_multiplier=0.0, xtc_probability=0.0)
    found = []
    for given in (rules, replace(rules, sampling=off, xtc_uniforms=None, marks=NO_MARKS)):
        chooser = CompiledChooser(given, ThreadTeam(1))
        logits = np.random.default_rng(6).standard_normal((24, 7, 200)).astype("f4")
        logits[:, :, :5] += 3
        steps = enumerate(map(torch.from_numpy, logits))
        found.append([chooser.choose(step, i).read()[0] for i, step in steps])
    assert found[0] != found[1]


def test_rows_do_not_depend_on_each_other() -> None:
    rng = np.random.default_rng(8)
    rules = rules_of(NEWER[-1], rng, 5, 10, 300)
    logits = torch.from_numpy((rng.standard_normal((10, 5, 300)) * 2).astype("f4"))
    for kind in (
        lambda rules: CompiledChooser(rules, ThreadTeam(1)),
        lambda rules: TorchChooser(rules, torch.device("cpu")),
    ):
        whole = kind(rules)
        together = [whole.choose(step, i).read()[0] for i, step in enumerate(logits)]
        assert rules.xtc_uniforms is not None
        for row in range(5):
            one = replace(
                rules,
                uniforms=rules.uniforms[[row]],
                xtc_uniforms=rules.xtc_uniforms[[row]],
            )
            alone = kind(one)
            for i, step in enumerate(logits):
                assert alone.choose(step[[row]], i).read()[0] == [together[i][row]]


def test_a_novel_of_an_earlier_version_draws_the_same_tokens() -> None:
    """Its settings as they were stored, and what was drawn with them then."""
    stored = (
        '{"segment_size": 256, "tail_tokens": 768, "candidates": 1, "chapters": null, "sampling": '
        '{"repetition_penalty": 1.1, "repetition_window": 256, "no_repeat_ngram": 6, '
        '"temperature": 0.8, "top_k": 0, "top_p": 0.95, "min_p": 0.05, "no_repeat_window": 2048}}'
    )
    settings = NovelSettings.from_json(json.loads(stored))
    then = replace(NovelSettings().sampling, temperature=0.8, repetition_penalty=1.1)
    assert settings == NovelSettings(sampling=then)
    key = stream_key(7, "prose", ["main", 1, 1, 0, 0, 0, 0])
    none = np.zeros(40, np.bool_)
    seen = [3, 1, 4, 1, 5]
    rules = ChoiceRules(settings.sampling, none, none, 0, seen, uniforms(key, 0, 24)[None])
    choosers = TorchChooser(rules, torch.device("cpu")), CompiledChooser(rules, ThreadTeam(1))
    for chooser in choosers:
        drawn = []
        for position in range(24):
            logits = torch.tensor([[3 * math.sin(1.7 * id_ + position) for id_ in range(40)]])
            drawn += chooser.choose(logits, position).read()[0]
        assert drawn == [
            31, 11, 15, 25, 36, 16, 16, 12, 26, 14, 6, 28, 31, 38, 22, 22, 10, 20, 16, 8, 0, 33,
            14, 36,
        ]  # fmt: skip


@pytest.fixture(scope="module")
def tokenization(tokenizer: Any) -> Tokenization:
    return Tokenization(tokenizer)


def test_strings_become_tokens(tokenization: Tokenization) -> None:
    params = SamplingParams(
        dry_multiplier=1.0, dry_breakers=("\n", ","), dry_exempt=("Marta Lund",),
        xtc_probability=0.5,
    )  # fmt: skip
    marks = mark_tokens(tokenization, params, tokenization.vocabulary_size + 9)
    texts = [tokenization.decode([id_]) for id_ in range(tokenization.vocabulary_size)]
    assert {text for text, is_one in zip(texts, marks.breaks, strict=False) if is_one} == {
        text for text in texts if "," in text or "\n" in text
    }
    for text in ("Marta", " Marta", "Lund", " Lund"):
        ids = [id_ for id_ in tokenization.prose_ids(text) if texts[id_] != " "]
        assert marks.exempt[ids].all()
    assert not marks.exempt[texts.index(" ")]
    assert not marks.exempt[tokenization.prose_ids("harbour")].all()
    assert marks.kept[[*tokenization.prose_ids("\n"), *tokenization.end_ids]].all()
    assert marks.kept.sum() < 10 and len(marks.kept) == tokenization.vocabulary_size + 9
    assert mark_tokens(tokenization, SamplingParams(), 400) == NO_MARKS


def test_texts_are_drawn_with_all_of_them(make_lm: LmFactory, tokenization: Tokenization) -> None:
    model = RecurrentLM(make_lm("llama"))
    keys = [stream_key(5, "test", [row]) for row in range(3)]
    job = DecodeJob(tokenization.prose_ids(PROSE[:90]), NEWER[-1], keys, 24, 24)
    texts = [row.text for row in decode_rows(model, tokenization, model.initial_memory(), job)]
    plain = replace(job, sampling=replace(NEWER[-1], xtc_probability=0.0))
    others = [row.text for row in decode_rows(model, tokenization, model.initial_memory(), plain)]
    assert all(one != other for one, other in zip(texts, others, strict=True))
    again = replace(job, stream_keys=keys[1:2])
    (alone,) = decode_rows(model, tokenization, model.initial_memory(), again)
    assert alone.text == texts[1]
