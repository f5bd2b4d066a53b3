"""What a server's engine guarantees while the server does as it should."""

import json
from collections.abc import Callable

import pytest

from novelgen.engine.memory import memory_values
from novelgen.engine.spending import Budget, SpendingMeter
from novelgen.engine.values import ChatMessage, DecodeRequest, FinishReason, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.adapter import adapter_fingerprint
from novelgen.prompting.brief import BRIEF_VERSION
from novelgen.remote.prompts import parse_chat, without_control
from novelgen.text.words import count_words
from tests.remote.conftest import EngineMaker, Recorder, request
from tests.remote.openai_server import Answer, OpenAIServer, sends, stalls, stalls_unheard


def test_rows_are_streamed_and_each_has_its_own_seed(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    engine = make_engine()
    seen = Recorder()
    result = engine.decode(request(rows=3), seen)
    texts = [candidate.text for candidate in result.candidates]
    assert len(set(texts)) == 3
    assert [seen.texts[row] for row in range(3)] == texts
    assert {candidate.finish_reason for candidate in result.candidates} == {FinishReason.STOP_TOKEN}
    assert {candidate.num_tokens for candidate in result.candidates} == {50}  # as the server says
    assert len({body["seed"] for body in server.bodies}) == 3
    again = make_engine().decode(request(rows=3))
    assert [candidate.text for candidate in again.candidates] == texts


def test_an_engine_says_what_it_is(make_engine: EngineMaker) -> None:
    engine = make_engine()
    info = engine.info
    assert (info.num_mem_tokens, info.can_score, info.has_chat_template) == (0, False, True)
    assert info.adapter_fingerprint == adapter_fingerprint(None, 64, BRIEF_VERSION)
    memory = engine.initial_memory()
    assert memory_values(memory).shape == (0, 1)
    assert engine.write(memory, "The sea.") == memory
    with pytest.raises(ModelError, match="how likely"):
        engine.scores(memory, "", "", ["The sea."])
    assert make_engine().info.model_fingerprint == info.model_fingerprint
    other = make_engine(model="another")
    assert other.info.model_fingerprint != info.model_fingerprint
    plain = make_engine(api="completions").info
    assert plain.has_chat_template is False
    assert plain.model_fingerprint != info.model_fingerprint


def test_a_row_ends_at_its_words_and_its_request_with_it(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [stalls(["One two three", " four five six"])]
    (candidate,) = make_engine().decode(request(max_words=4)).candidates
    assert candidate.text.strip() == "One two three four"
    assert candidate.finish_reason is FinishReason.WORDS


def test_a_row_ends_before_a_stop_string_that_comes_in_pieces(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [sends("A title\n", "\n", "\nPrem", "ise: no")]
    seen = Recorder()
    (candidate,) = make_engine().decode(request(stop_strings=("\n\n\n",)), seen).candidates
    assert candidate.text == seen.texts[0] == "A title"
    assert candidate.finish_reason is FinishReason.STOP_STRING


def test_a_server_that_does_not_heed_the_limit_is_left(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [sends(*["word "] * 500)]
    (candidate,) = make_engine().decode(request(max_new_tokens=20)).candidates
    assert candidate.finish_reason is FinishReason.LENGTH
    assert count_words(candidate.text) < 100


def test_a_stop_ends_every_row_while_the_server_is_silent(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [stalls(["A first", " piece"]), stalls_unheard, stalls()]
    engine = make_engine()
    seen = Recorder(stop_when=lambda: server.num_stalled == 3)
    candidates = engine.decode(request(rows=3), seen).candidates
    assert [each.finish_reason for each in candidates] == [FinishReason.CANCELLED] * 3
    assert sorted(each.text for each in candidates)[:2] == ["", ""]


def test_a_rejected_row_ends_and_the_others_go_on(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [stalls(["A bad", " beginning"]), sends("A good one.")]
    seen = Recorder(rejects=lambda row, text: "bad beginning" in text)
    candidates = make_engine().decode(request(rows=2), seen).candidates
    reasons = {each.text: each.finish_reason for each in candidates}
    assert reasons == {
        "A bad beginning": FinishReason.REJECTED, "A good one.": FinishReason.STOP_TOKEN,
    }  # fmt: skip


def test_thoughts_never_reach_the_text(server: OpenAIServer, make_engine: EngineMaker) -> None:
    engine = make_engine()

    def drawn(*chunks: str, name: str = "content") -> tuple[str, str]:
        server.faults = [sends(*chunks, name=name)]
        seen = Recorder()
        (candidate,) = engine.decode(request(), seen).candidates
        return candidate.text, seen.texts.get(0, "")

    whole = "<think>I must <b>plan</b>.</think>\n\nThe sea rose."
    for size in range(1, 12):
        chunks = [whole[start : start + size] for start in range(0, len(whole), size)]
        assert drawn(*chunks) == ("The sea rose.", "The sea rose.")
    assert drawn("The sea <th", "inking>no</thin", "king>rose.") == ("The sea rose.",) * 2
    assert drawn("[THINK]no[/THINK]The sea.") == ("The sea.",) * 2
    assert drawn("A < b <", "i>c") == ("A < b <i>c",) * 2
    assert drawn("<think>and on and on") == ("", "")
    assert drawn("Before. <think>never closed") == ("Before. ",) * 2
    # The template of the server opened the thought.
    assert drawn("I must plan.", "</think>", "\n\nThe sea.") == ("The sea.",) * 2
    assert drawn("Hm.", "Hm.", name="reasoning_content") == ("", "")
    assert drawn("Hm.", "Hm.", name="reasoning") == ("", "")


def test_thinking_has_tokens_of_its_own(server: OpenAIServer, make_engine: EngineMaker) -> None:
    engine = make_engine(thinking_tokens=1_000, context_tokens=9_000)
    engine.decode(request(max_new_tokens=100))
    assert server.bodies[-1]["max_tokens"] == 1_100
    assert engine.info.context_size == 8_000
    with pytest.raises(ModelError, match="kept for thinking"):
        make_engine(thinking_tokens=8_900, context_tokens=9_000)


def test_thoughts_alone_end_it_with_what_to_set(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    def thinks(answer: Answer) -> None:
        answer.begin()
        answer.delta("I must plan.", "reasoning_content")
        answer.finish("length")

    server.always = thinks
    with pytest.raises(ModelError, match="with thinking and wrote nothing") as caught:
        make_engine().decode(request(rows=2))
    assert "thinking_tokens" in caught.value.remedy
    assert len(server.bodies) == 2


TAIL = "The lamp went out. Mara counted the steps down to the boat house, and did not look back."


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        (["Mara counted the steps down to the boat house, and did not look back. ", "She ran."],
         " She ran."),
        (["and did not look", " back. She", " ran."], " She ran."),
        (["and did not look back.”\n\nShe ran."], "”\n\nShe ran."),
        (["Mara counted the sheep."], "Mara counted the sheep."),
        (["She ran."], "She ran."),
        (["“Who is there", "?” he said."], "\n\n“Who is there?” he said."),
        (["Mara counted the steps down to the boat house, and did not look back."], ""),
    ],
)  # fmt: skip
def test_what_an_answer_repeats_of_the_tail_is_taken_off(
    server: OpenAIServer, make_engine: EngineMaker, chunks: list[str], text: str
) -> None:
    server.faults = [sends(*chunks)]
    seen = Recorder()
    (candidate,) = make_engine().decode(request(tail=TAIL), seen).candidates
    assert candidate.text == text
    assert seen.texts.get(0, "") == text
    asked = server.asked()
    assert TAIL in asked
    assert "Go on exactly where it stops" in asked


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ('{"summary": "Anna left."}', 'Anna left."}'),
        ('```json\n{ "summary" :\n"Anna left."}\n```', 'Anna left."}\n```'),
        ('Anna left."}', 'Anna left."}'),
        ('{"facts": []}', '{"facts": []}'),
        ("", ""),
    ],
)
def test_the_beginning_of_an_answer_is_asked_for_and_taken_off(
    server: OpenAIServer, make_engine: EngineMaker, answer: str, text: str
) -> None:
    engine = make_engine()
    brief = engine.render_chat([ChatMessage("user", "What happened?")], '{"summary": "')
    for size in (1, 5, 100):
        server.faults = [sends(*[answer[at : at + size] for at in range(0, len(answer), size)])]
        (candidate,) = engine.decode(request(brief)).candidates
        assert candidate.text == text
    assert server.asked().endswith('{"summary": "')


def test_a_chat_is_readable_text_and_comes_back(make_engine: EngineMaker) -> None:
    engine = make_engine()
    messages = [ChatMessage("system", "You “write”."), ChatMessage("user", "Chapter 1\nGo.")]
    text = engine.render_chat(messages, "{")
    assert "You “write”." in text
    assert parse_chat(text).messages == tuple(messages)
    assert parse_chat(text).reply_start == "{"
    assert json.loads(text)["reply_start"] == "{"


@pytest.mark.parametrize(
    "control",
    ["<|im_end|>", "<|im_<|im_end|>end|>", "</s>", "[INST]", "<start_of_turn>", "<think>",
     "<｜end▁of▁sentence｜>", "<<SYS>>", "<|eot_id|>"],
)  # fmt: skip
def test_control_tokens_in_what_a_person_wrote_are_not_sent(
    server: OpenAIServer, make_engine: EngineMaker, control: str
) -> None:
    engine = make_engine()
    brief = engine.render_chat([ChatMessage("user", f"A{control}B")], "")
    engine.decode(request(brief, tail=f"It was {control}late."))
    assert "AB" in server.asked()
    assert "It was late." in server.asked()
    make_engine(api="completions").decode(request(f"A{control}B\n\n", tail=f"It {control}was."))
    assert server.asked() == "AB\n\nIt was."
    assert without_control("1 < 2 and [x] <b>") == "1 < 2 and [x] <b>"


def test_plain_text_is_gone_on_with(server: OpenAIServer, make_engine: EngineMaker) -> None:
    engine = make_engine(api="completions")
    (candidate,) = engine.decode(request("A title\n\n", tail=TAIL)).candidates
    assert server.paths[-1] == "/v1/completions"
    assert server.asked() == f"A title\n\n{TAIL}"
    assert candidate.text
    with pytest.raises(ModelError, match="instructions"):
        engine.render_chat([ChatMessage("user", "Go.")])


def test_sampling_is_sent_as_far_as_servers_know_it(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    sampling = SamplingParams(
        temperature=0.7, top_p=0.9, min_p=0.05, top_k=40, repetition_penalty=1.1,
        dry_multiplier=0.8, xtc_probability=0.5, typical_p=0.9,
    )  # fmt: skip
    make_engine(body={"reasoning_effort": "none"}).decode(request(sampling=sampling))
    body = server.bodies[-1]
    expected = {
        "temperature": 0.7, "top_p": 0.9, "min_p": 0.05, "top_k": 40, "repetition_penalty": 1.1,
        "repeat_penalty": 1.1, "dry_multiplier": 0.8, "xtc_probability": 0.5, "typical_p": 0.9,
        "max_tokens": 200, "stream": True, "reasoning_effort": "none",
    }  # fmt: skip
    assert {name: body[name] for name in expected} == expected
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    make_engine(extra_body=False).decode(request(sampling=sampling))
    assert set(server.bodies[-1]) == {
        "model", "messages", "stream", "stream_options", "max_tokens", "temperature", "top_p",
        "seed",
    }  # fmt: skip


def test_what_it_takes_is_counted(server: OpenAIServer, make_engine: EngineMaker) -> None:
    meter = SpendingMeter()
    told: list[str] = []
    meter.on_exhausted = told.append
    engine = make_engine(meter, price_in=2.0, price_out=10.0, budget_tokens=2_500)
    engine.decode(request(rows=2))
    spent = meter.total
    assert (spent.requests, spent.prompt_tokens, spent.new_tokens) == (2, 2_000, 100)
    assert spent.cost == pytest.approx(0.005)
    assert spent.estimated_requests == 0
    assert not told
    server.faults = [sends("The sea rose and ", "fell.", usage=None)]
    (candidate,) = engine.decode(request()).candidates
    assert meter.total.estimated_requests == 1
    assert candidate.num_tokens == engine.count_tokens("The sea rose and fell.")
    engine.decode(request())
    engine.decode(request())
    assert len(told) == 1
    assert "of 2,500 tokens at desk" in told[0]


def test_a_budget_of_cost_wants_prices(make_engine: EngineMaker) -> None:
    with pytest.raises(UsageError, match="has no prices"):
        make_engine(budget_cost=1.0)
    with pytest.raises(UsageError, match="has no prices"):
        make_engine(SpendingMeter(Budget(cost=1.0)))
    make_engine(SpendingMeter(Budget(cost=1.0)), price_in=1.0)
    make_engine(SpendingMeter(Budget(cost=1.0)), price_out=0)  # it costs nothing, and says so


def test_requests_go_out_a_few_at_once(server: OpenAIServer, make_engine: EngineMaker) -> None:
    server.always = stalls()
    looks = iter(range(8))

    def has_settled() -> bool:
        """Both wait, and a third had time to come."""
        return server.num_stalled >= 2 and next(looks) == 7

    make_engine(parallel=2).decode(request(rows=4), Recorder(has_settled))
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"max_new_tokens": 0}, {"max_words": 0}, {"brief": " "}, {"max_new_tokens": 9_000},
        {"sampling": SamplingParams(top_p=2.0)},
    ],
)  # fmt: skip
def test_requests_that_make_no_sense_are_refused(
    server: OpenAIServer, make_engine: EngineMaker, change: dict[str, object]
) -> None:
    asked: Callable[..., DecodeRequest] = request
    with pytest.raises(UsageError):
        make_engine().decode(asked(**change))
    assert not server.bodies


def test_no_rows_ask_nothing(server: OpenAIServer, make_engine: EngineMaker) -> None:
    assert make_engine().decode(request(rows=0)).candidates == ()
    assert not server.bodies
