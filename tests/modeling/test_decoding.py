"""The decode loop against passes without a cache, and rows against the same rows alone."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
import torch

from novelgen.engine.protocol import QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import Candidate, FinishReason, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling import scoring
from novelgen.modeling.choosing import TorchChooser
from novelgen.modeling.compiled import fused_decoder
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.graph_decoder import GraphDecoder
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.scoring import mean_logprobs
from novelgen.modeling.stepping import Decoder, PlainDecoder
from novelgen.modeling.tokenization import Tokenization
from novelgen.text.words import count_words
from tests.modeling.tiny_models import FAMILIES, PROSE, LmFactory

GREEDY = SamplingParams(temperature=0)
KEYS = tuple(stream_key(5, "test", [row]) for row in range(5))


class Recorder(QuietObserver):
    """An observer that keeps what it was shown and stops after some questions."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.texts: dict[int, str] = {}
        self.questions = 0
        self._stop_after = stop_after

    def on_text(self, row: int, text: str) -> None:
        assert text
        self.texts[row] = self.texts.get(row, "") + text

    def should_stop(self) -> bool:
        self.questions += 1
        return self._stop_after is not None and self.questions > self._stop_after


@pytest.fixture(params=FAMILIES)
def family(request: Any) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def tokenization(tokenizer: Any) -> Tokenization:
    return Tokenization(tokenizer)


@pytest.fixture(scope="module")
def llama(make_lm: LmFactory) -> RecurrentLM:
    return add_memory(make_lm("llama"), 0)


def job(tokenization: Tokenization, **changes: Any) -> DecodeJob:
    settings: dict[str, Any] = {
        "prompt_ids": tokenization.prose_ids(PROSE[:90]),
        "sampling": SamplingParams(1.1, 32, 0, 0.9, 60, 0.95, 0.0),
        "stream_keys": KEYS,
        "max_new_tokens": 24,
    }
    return DecodeJob(**settings | changes)


def allowed_logits(
    model: RecurrentLM, tokenization: Tokenization, memory: torch.Tensor, ids: Sequence[int]
) -> torch.Tensor:
    """What a pass over everything, without a cache, predicts next."""
    with torch.no_grad():
        logits = model.lm(inputs_embeds=model.embed(memory, torch.tensor([list(ids)]))).logits
    logits = logits[0, -1].clone()
    logits[sorted(tokenization.control_ids - tokenization.end_ids)] = -math.inf
    return logits


@pytest.mark.parametrize("slots", [0, 4])
def test_greedy_text_equals_a_pass_without_a_cache(
    family: str, slots: int, make_lm: LmFactory, tokenization: Tokenization
) -> None:
    model = add_memory(make_lm(family), slots)
    memory = model.initial_memory().detach()
    request = job(tokenization, sampling=GREEDY, stream_keys=KEYS[:2])
    assert len(request.prompt_ids) > 12, "longer than the sliding window of the tiny models"

    candidates = decode_rows(model, tokenization, memory, request)

    ids, logprobs = list(request.prompt_ids), []
    for _ in range(request.max_new_tokens):
        logits = allowed_logits(model, tokenization, memory, ids)
        token = int(logits.argmax())
        if token in tokenization.end_ids:
            break
        ids.append(token)
        logprobs.append(float(logits[token]))
    new = ids[len(request.prompt_ids) :]
    expected = tokenization.decode(new).rstrip("\ufffd")
    for candidate in candidates:
        assert candidate.text == expected
        assert candidate.num_tokens == len(new) > 0


def test_rows_together_equal_rows_alone(
    family: str, make_lm: LmFactory, tokenization: Tokenization
) -> None:
    """Rows end at different times, so the batch shrinks while it runs."""
    model = add_memory(make_lm(family), 4)
    memory = model.initial_memory().detach()
    request = job(tokenization, stop_strings=("e", "i", "o"), max_new_tokens=40)
    together = decode_rows(model, tokenization, memory, request)
    alone = [
        decode_rows(
            model, tokenization, memory, job(tokenization, stream_keys=(key,), **shared(request))
        )[0]
        for key in KEYS
    ]
    for candidate, expected in zip(together, alone, strict=True):
        assert (candidate.text, candidate.num_tokens, candidate.finish_reason) == (
            expected.text,
            expected.num_tokens,
            expected.finish_reason,
        )
        assert candidate.mean_logprob == pytest.approx(expected.mean_logprob, abs=1e-4)
    assert len({candidate.num_tokens for candidate in together}) > 1
    assert len({candidate.text for candidate in together}) > 1


class Ahead:
    """A decoder whose steps are begun before their tokens are read, as on a GPU."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.chooser = decoder.chooser
        self.steps = 0

    def begin(self, *given: Any) -> Any:
        stepper: Any = self._decoder.begin(*given)
        stepper.runs_ahead = True
        step = stepper.step

        def counted(tokens: Any) -> None:
            self.steps += 1
            step(tokens)

        stepper.step = counted
        return stepper


@pytest.mark.parametrize("kind", [PlainDecoder, GraphDecoder])
def test_steps_begun_ahead_change_no_word(
    family: str, kind: Any, make_lm: LmFactory, tokenization: Tokenization
) -> None:
    """Rows end at different times, after the step that they no longer need."""
    model = add_memory(make_lm(family), 4)
    memory = model.initial_memory().detach()
    for changes in ({"stop_strings": ("e", "i", "o"), "max_new_tokens": 40}, {"max_new_tokens": 1}):
        request = job(tokenization, **changes)
        expected = decode_rows(model, tokenization, memory, request, decoder=kind(model))
        ahead = Ahead(kind(model))
        chooser = partial(TorchChooser, device=torch.device("cpu"))
        ahead.chooser = chooser
        found = decode_rows(model, tokenization, memory, request, decoder=ahead)
        assert [row.text for row in found] == [row.text for row in expected]
        for one, other in zip(found, expected, strict=True):
            assert one.finish_reason == other.finish_reason
            assert one.mean_logprob == pytest.approx(other.mean_logprob, abs=1e-4)
        longest = max(row.num_tokens for row in found)
        assert ahead.steps <= min(longest + 1, request.max_new_tokens - 1)


def shared(request: DecodeJob) -> dict[str, Any]:
    return {"stop_strings": request.stop_strings, "max_new_tokens": request.max_new_tokens}


def test_a_longer_limit_only_adds_tokens(llama: RecurrentLM, tokenization: Tokenization) -> None:
    memory = llama.initial_memory()
    short = decode_rows(llama, tokenization, memory, job(tokenization, max_new_tokens=8))
    longer = decode_rows(llama, tokenization, memory, job(tokenization, max_new_tokens=30))
    for few, many in zip(short, longer, strict=True):
        assert many.text.startswith(few.text)
        if few.finish_reason is FinishReason.LENGTH:
            assert many.num_tokens > few.num_tokens == 8
    assert any(few.finish_reason is FinishReason.LENGTH for few in short)


def test_the_mean_logprob_is_of_the_unfiltered_model(
    llama: RecurrentLM, tokenization: Tokenization
) -> None:
    """Drawn first tokens that are whole characters tell their own id."""
    request = job(tokenization, stream_keys=KEYS * 4, max_new_tokens=1)
    candidates = decode_rows(llama, tokenization, llama.initial_memory(), request)
    with torch.inference_mode():
        logprobs = llama.lm(torch.tensor([list(request.prompt_ids)])).logits[0, -1].log_softmax(-1)
    told = [candidate for candidate in candidates if candidate.text]
    assert told
    for candidate in told:
        same_text = [
            float(logprobs[id_])
            for id_ in range(tokenization.vocabulary_size)
            if tokenization.decode([id_]) == candidate.text
        ]
        assert any(candidate.mean_logprob == pytest.approx(number) for number in same_text)


def prefer(lm: Any, token_id: int) -> None:
    """Make one token all but certain, whatever came before."""

    def raise_it(_module: Any, _inputs: Any, logits: torch.Tensor) -> torch.Tensor:
        return logits + 1e4 * (torch.arange(logits.shape[-1]) == token_id)

    lm.lm_head.register_forward_hook(raise_it)


@pytest.mark.parametrize("sampling", [GREEDY, SamplingParams()])
def test_control_tokens_are_never_drawn(
    sampling: SamplingParams, make_lm: LmFactory, tokenization: Tokenization
) -> None:
    lm = make_lm("llama")
    (start,) = tokenization.prompt_ids("<|im_start|>")
    prefer(lm, start)
    model = RecurrentLM(lm)
    request = job(tokenization, sampling=sampling)
    for candidate in decode_rows(model, tokenization, model.initial_memory(), request):
        # What was drawn in its place is as unlikely as the control token was certain.
        assert candidate.num_tokens == 0 or candidate.mean_logprob < -1000


def test_an_end_token_ends_the_row(make_lm: LmFactory, tokenization: Tokenization) -> None:
    lm = make_lm("llama")
    (end,) = tokenization.prompt_ids("<|im_end|>")
    prefer(lm, end)
    model = RecurrentLM(lm)
    (candidate,) = decode_rows(
        model, tokenization, model.initial_memory(), job(tokenization, stream_keys=KEYS[:1])
    )
    assert candidate == Candidate("", 0, 0.0, FinishReason.STOP_TOKEN)


def test_words_and_stop_strings_end_a_row(llama: RecurrentLM, tokenization: Tokenization) -> None:
    memory = llama.initial_memory()
    free = decode_rows(llama, tokenization, memory, job(tokenization, max_new_tokens=60))
    counted = decode_rows(
        llama, tokenization, memory, job(tokenization, max_new_tokens=60, max_words=3)
    )
    for whole, few in zip(free, counted, strict=True):
        assert whole.text.startswith(few.text)
        if few.finish_reason is FinishReason.WORDS:
            assert count_words(few.text) == 3 and count_words(whole.text) > 3
    assert any(few.finish_reason is FinishReason.WORDS for few in counted)


def test_no_ngram_of_the_context_or_text_comes_twice(
    llama: RecurrentLM, tokenization: Tokenization
) -> None:
    params = SamplingParams(no_repeat_ngram=2, temperature=0)
    repeating = SamplingParams(temperature=0)
    prompt = tokenization.prose_ids("abab")

    def bigrams(params: SamplingParams) -> list[tuple[int, int]]:
        request = DecodeJob(prompt, params, KEYS[:1], 120)
        (candidate,) = decode_rows(llama, tokenization, llama.initial_memory(), request)
        return list(zip(candidate.text, candidate.text[1:], strict=False))

    free, guarded = bigrams(repeating), bigrams(params)
    assert len(set(free)) < len(free)
    assert len(set(guarded)) / len(guarded) > len(set(free)) / len(free)


def test_an_observer_sees_the_text_and_can_stop(
    llama: RecurrentLM, tokenization: Tokenization
) -> None:
    memory = llama.initial_memory()
    watching, stopping = Recorder(), Recorder(stop_after=6)
    whole = decode_rows(llama, tokenization, memory, job(tokenization), watching)
    part = decode_rows(llama, tokenization, memory, job(tokenization), stopping)
    for row, (full, cut) in enumerate(zip(whole, part, strict=True)):
        assert watching.texts.get(row, "") == full.text
        assert stopping.texts.get(row, "") == cut.text
        assert full.text.startswith(cut.text)
        if full.num_tokens > 6:
            assert (cut.num_tokens, cut.finish_reason) == (6, FinishReason.CANCELLED)
    assert stopping.questions == 7
    assert any(cut.finish_reason is FinishReason.CANCELLED for cut in part)


class Rejecter(Recorder):
    """Rejects some rows once each has been asked about so many tokens."""

    def __init__(self, rows: Sequence[int], after: int) -> None:
        super().__init__()
        self._rows, self._after = rows, after

    def rejected_rows(self) -> Sequence[int]:
        # Asked after a step's text is shown; `questions` counts steps.
        return self._rows if self.questions >= self._after else ()


class RowCounter:
    """A decoder that counts the rows of its steps."""

    def __init__(self, decoder: Decoder, runs_ahead: bool | None = None) -> None:
        self._decoder, self._runs_ahead = decoder, runs_ahead
        self.chooser = decoder.chooser
        self.rows: list[int] = []

    def begin(self, *given: Any) -> Any:
        stepper: Any = self._decoder.begin(*given)
        if self._runs_ahead is not None:
            stepper.runs_ahead = self._runs_ahead
        step = stepper.step

        def counted(tokens: Any) -> None:
            self.rows.append(len(tokens))
            step(tokens)

        stepper.step = counted
        return stepper


def fused(model: RecurrentLM) -> Decoder:
    decoder = fused_decoder(model, "none")
    assert decoder is not None
    return decoder


@pytest.mark.parametrize("runs_ahead", [False, True])
@pytest.mark.parametrize("kind", [PlainDecoder, GraphDecoder, fused])
def test_a_rejected_row_ends_and_the_others_go_on(
    kind: Any, runs_ahead: bool, make_lm: LmFactory, tokenization: Tokenization
) -> None:
    model = add_memory(make_lm("llama"), 4)
    memory = model.initial_memory().detach()
    request = job(tokenization, stream_keys=KEYS[:3], min_new_tokens=24)
    whole = decode_rows(model, tokenization, memory, request, decoder=kind(model))
    counter = RowCounter(kind(model), runs_ahead)
    if runs_ahead:
        chooser: Any = partial(TorchChooser, device=torch.device("cpu"))
        counter.chooser = chooser
    observer = Rejecter([1], 10)
    found = decode_rows(model, tokenization, memory, request, observer, counter)
    assert (found[1].num_tokens, found[1].finish_reason) == (10, FinishReason.REJECTED)
    assert whole[1].text.startswith(found[1].text) and observer.texts[1] == found[1].text
    for row in (0, 2):
        assert (found[row].text, found[row].num_tokens) == (whole[row].text, 24)
        assert found[row].mean_logprob == pytest.approx(whole[row].mean_logprob, abs=1e-5)
    before = 9 + runs_ahead
    assert counter.rows == [3] * before + [2] * (23 - before)


def test_rows_that_are_all_rejected_end_the_call(
    llama: RecurrentLM, tokenization: Tokenization
) -> None:
    counter = RowCounter(PlainDecoder(llama))
    observer = Rejecter(range(5), 3)
    request = job(tokenization, min_new_tokens=24)
    memory = llama.initial_memory()
    found = decode_rows(llama, tokenization, memory, request, observer, counter)
    assert {row.finish_reason for row in found} == {FinishReason.REJECTED}
    assert len(counter.rows) == 2 and observer.questions == 3


def test_a_row_that_has_ended_cannot_be_rejected(
    llama: RecurrentLM, tokenization: Tokenization
) -> None:
    memory = llama.initial_memory()
    request = job(tokenization, max_new_tokens=60, max_words=2)
    whole = decode_rows(llama, tokenization, memory, request)
    shortest = min(row.num_tokens for row in whole)
    found = decode_rows(llama, tokenization, memory, request, Rejecter(range(5), shortest + 1))
    for one, other in zip(found, whole, strict=True):
        has_ended = other.num_tokens <= shortest + 1
        assert one.finish_reason is (other.finish_reason if has_ended else FinishReason.REJECTED)
    assert len({row.finish_reason for row in found}) > 1


def test_a_context_too_small_is_refused_with_its_numbers(
    llama: RecurrentLM, tokenization: Tokenization
) -> None:
    request = job(tokenization, max_new_tokens=240)
    needed = len(request.prompt_ids) + 240
    with pytest.raises(UsageError, match=f"{needed} tokens .* attends to 256"):
        decode_rows(llama, tokenization, llama.initial_memory(), request)


def test_the_whole_context_can_be_used(make_lm: LmFactory, tokenization: Tokenization) -> None:
    """GPT-2 has a learned vector for each of its 256 positions, and none after."""
    model = add_memory(make_lm("gpt2"), 4)
    memory = model.initial_memory().detach()
    room = 256 - 4 - len(job(tokenization).prompt_ids)
    request = job(tokenization, max_new_tokens=room, stream_keys=KEYS[:2])
    assert all(decode_rows(model, tokenization, memory, request))
    with pytest.raises(UsageError):
        decode_rows(model, tokenization, memory, job(tokenization, max_new_tokens=room + 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"max_new_tokens": 0},
        {"max_words": 0},
        {"prompt_ids": []},
        {"sampling": SamplingParams(top_p=2)},
    ],
)
def test_impossible_requests_are_refused(
    changes: dict[str, Any], llama: RecurrentLM, tokenization: Tokenization
) -> None:
    with pytest.raises(UsageError):
        decode_rows(llama, tokenization, llama.initial_memory(), job(tokenization, **changes))


def test_no_rows_are_no_work(llama: RecurrentLM, tokenization: Tokenization) -> None:
    request = job(tokenization, stream_keys=())
    assert decode_rows(llama, tokenization, llama.initial_memory(), request) == ()


def test_undefined_numbers_are_reported(make_lm: LmFactory, tokenization: Tokenization) -> None:
    lm = make_lm("llama")
    with torch.no_grad():
        lm.model.norm.weight.fill_(math.nan)
    model = RecurrentLM(lm)
    with pytest.raises(ModelError, match="undefined numbers"):
        decode_rows(model, tokenization, model.initial_memory(), job(tokenization))


@pytest.mark.parametrize("kind", [PlainDecoder, GraphDecoder])
@pytest.mark.parametrize("slots", [0, 4])
@pytest.mark.parametrize("num_context", [0, 1, 20])
def test_a_score_equals_one_whole_pass(
    family: str,
    kind: Any,
    slots: int,
    num_context: int,
    make_lm: LmFactory,
    tokenization: Tokenization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scoring, "_TOKENS_PER_CHUNK", 7)
    model = add_memory(make_lm(family), slots)
    memory = model.initial_memory().detach()
    ids = tokenization.prose_ids(PROSE[:150])
    context, text = ids[:num_context], ids[num_context:]
    shorter = text[:9]
    with torch.inference_mode():
        logits = model.lm(inputs_embeds=model.embed(memory, torch.tensor([ids]))).logits[0]
    logprobs = [
        float(logits[slots + position - 1].log_softmax(-1)[token])
        for position, token in enumerate(ids)
        if position >= num_context and slots + position > 0
    ]
    found = mean_logprobs(model, kind(model), memory, context, [text, shorter, []])
    few = logprobs[: len(shorter) - (num_context + slots == 0)]
    expected = [sum(logprobs) / len(logprobs), sum(few) / len(few), 0.0]
    assert found == pytest.approx(expected, abs=1e-4)


def test_an_empty_text_scores_nothing(llama: RecurrentLM) -> None:
    memory, decoder = llama.initial_memory(), PlainDecoder(llama)
    assert mean_logprobs(llama, decoder, memory, [5, 6], [[]]) == (0.0,)
    assert mean_logprobs(llama, decoder, memory, [5, 6], []) == ()
    with pytest.raises(UsageError, match="attends to 256"):
        mean_logprobs(llama, decoder, memory, [5] * 200, [[6], [6] * 100])


def test_a_row_cannot_end_itself_too_early(make_lm: LmFactory, tokenization: Tokenization) -> None:
    lm = make_lm("llama")
    (end,) = tokenization.prompt_ids("<|im_end|>")
    prefer(lm, end)
    model = RecurrentLM(lm)
    request = job(tokenization, stream_keys=KEYS[:1], min_new_tokens=5)
    (candidate,) = decode_rows(model, tokenization, model.initial_memory(), request)
    assert candidate.num_tokens == 5
    assert candidate.finish_reason is FinishReason.STOP_TOKEN
