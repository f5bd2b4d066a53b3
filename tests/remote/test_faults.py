"""Servers that refuse, stall, break off, or answer what nobody asked."""

import re
import threading
from collections.abc import Callable
from itertools import count

import pytest

from novelgen.engine.spending import SpendingMeter
from novelgen.engine.values import ChatMessage, FinishReason
from novelgen.errors import ExitCode, ModelError
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.naming import Server
from novelgen.remote.remote_engine import open_remote_engine
from novelgen.server_settings import ServerSettings
from tests.remote.conftest import EngineMaker, Recorder, request
from tests.remote.openai_server import (
    MODEL,
    Answer,
    Fault,
    OpenAIServer,
    cuts,
    ends_early,
    refuses,
    says,
    sends,
    stalls,
    stalls_unheard,
)

GOOD = "The sea rose."
FLEETING: dict[str, Fault] = {
    "429": refuses(429, "slow down"),
    "500": refuses(500, "<html>Internal error</html>"),
    "503": refuses(503, {"detail": "loading the model"}),
    "cut at once": cuts(),
    "cut in the middle": cuts("The sea was", " gone and"),
    "ended early": ends_early("The sea was", " gone and"),
    "ended before it began": ends_early(),
    "html": lambda answer: answer.status(200, "<html>Welcome to the hotel</html>"),
    "half an event": says('data: {"choices": [{"del'),
    "deep json": says("data: " + "[" * 100_000 + "\n\n"),
    "no json": says("data: what?\n\n"),
    "other json": says('data: [1, 2]\n\ndata: "text"\n\n'),
    "json of another kind": says('data: {"jsonrpc": "2.0"}\n\n'),
    "choices of another kind": says('data: {"choices": "none"}\n\n'),
    "an error in the stream": says('data: {"error": {"message": "out of memory"}}\n\n'),
}
SILENT: dict[str, Fault] = {
    "stalls before": stalls(),
    "stalls unheard": stalls_unheard,
    "stalls in the middle": stalls(["The sea was", " gone"]),
}


@pytest.mark.parametrize("fault", FLEETING.values(), ids=FLEETING.keys())
def test_what_passes_is_tried_again(
    server: OpenAIServer, make_engine: EngineMaker, fault: Fault
) -> None:
    server.faults = [fault, fault, sends(GOOD)]
    said: list[str] = []
    seen = Recorder()
    (candidate,) = make_engine(narrate=said.append).decode(request(), seen).candidates
    assert (candidate.text, candidate.finish_reason) == (GOOD, FinishReason.STOP_TOKEN)
    assert seen.texts[0] == GOOD  # what had been shown is withdrawn
    assert len(server.bodies) == 3
    assert [re.findall(r"\d of 5 times", line) for line in said] == [["1 of 5 times"],
                                                                     ["2 of 5 times"]]  # fmt: skip


@pytest.mark.parametrize("fault", FLEETING.values(), ids=FLEETING.keys())
def test_what_does_not_pass_is_given_up_with_a_remedy(
    server: OpenAIServer, make_engine: EngineMaker, fault: Fault
) -> None:
    server.always = fault
    with pytest.raises(ModelError, match=r"desk.*asked 3 times") as caught:
        make_engine(retries=2).decode(request())
    assert caught.value.exit_code is ExitCode.MODEL
    assert caught.value.remedy
    assert "<html>" not in caught.value.message
    assert len(server.bodies) == 3


@pytest.mark.parametrize("fault", SILENT.values(), ids=SILENT.keys())
def test_a_silent_server_is_asked_again_and_given_up(
    server: OpenAIServer, make_engine: EngineMaker, fault: Fault
) -> None:
    """Tries are many: a machine that is busy may be late with the good answer, too."""
    server.faults, server.always = [fault], sends(GOOD)
    seen = Recorder()
    waits = {"first_token_seconds": 0.3, "timeout_seconds": 0.3}
    (candidate,) = make_engine(**waits, retries=50).decode(request(), seen).candidates
    assert candidate.text == seen.texts[0] == GOOD
    assert server.num_stalled == 1
    server.always = fault
    with pytest.raises(ModelError, match=r"kept us waiting.*0.1 seconds.*asked 2 times") as caught:
        make_engine(first_token_seconds=0.1, timeout_seconds=0.1, retries=1).decode(request())
    assert caught.value.remedy


def test_a_server_that_takes_one_request_is_asked_one_at_a_time(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    """llama_cpp's server breaks off an answer when another request comes."""
    together, lock, numbers = threading.Barrier(3, timeout=30), threading.Lock(), count()
    under_way, another = 0, threading.Event()

    def breaks_off(answer: Answer) -> None:
        nonlocal under_way
        with lock:
            number = next(numbers)
        if number < 3:
            together.wait()
            if number < 2:
                cuts("The sea")(answer)
            else:
                answer.stream(GOOD)
            return
        with lock:
            under_way += 1
            if under_way > 1:
                another.set()
        another.wait(0.2)  # time for a second one to come, if it would
        with lock:
            under_way -= 1
        answer.stream(GOOD)

    server.always = breaks_off
    told: list[str] = []
    engine = make_engine(narrate=told.append)
    for _ in range(2):
        another.clear()
        rows = engine.decode(request(rows=3)).candidates
        assert [row.text for row in rows] == [GOOD] * 3
    assert not another.is_set()  # the session remembers
    assert sum("one at a time" in line for line in told) == 1


def test_one_lost_row_loses_no_other(server: OpenAIServer, make_engine: EngineMaker) -> None:
    server.faults = [cuts("The sea"), sends(GOOD), sends(GOOD), sends(GOOD)]
    candidates = make_engine().decode(request(rows=3)).candidates
    assert [each.text for each in candidates] == [GOOD] * 3
    assert len(server.bodies) == 4


def waits_of(said: list[str]) -> list[float]:
    return [float(found.group(1)) for line in said if (found := re.search(r"in ([\d.]+) s", line))]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "0.3"}, 0.3),
        ({"Retry_After_ms": "200"}, 0.2),
        ({"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"},
         0.0),
        ({"Retry_After": "soon"}, 0.0),
    ],
)  # fmt: skip
def test_a_server_says_how_long_to_wait(
    server: OpenAIServer, make_engine: EngineMaker, headers: dict[str, str], seconds: float
) -> None:
    server.faults = [refuses(429, "slow down", **headers), sends(GOOD)]
    said: list[str] = []
    make_engine(narrate=said.append).decode(request())
    assert waits_of(said) == [seconds]


def test_a_server_that_says_tomorrow_is_given_up(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.always = refuses(429, "daily limit", Retry_After="86400")
    with pytest.raises(ModelError, match="daily limit"):
        make_engine().decode(request())
    assert len(server.bodies) == 1


def test_waits_grow_and_are_the_same_every_time(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    def waited() -> list[float]:
        server.faults = [refuses(500)] * 4 + [sends(GOOD)]
        said: list[str] = []
        make_engine(narrate=said.append, retry_seconds=0.02).decode(request())
        return waits_of(said)

    first = waited()
    assert first == waited()
    assert all(0.0 <= wait <= 0.02 * 2**number + 0.05 for number, wait in enumerate(first))


def test_a_wait_ends_when_the_person_stops(server: OpenAIServer, make_engine: EngineMaker) -> None:
    server.always = refuses(429, "slow down", Retry_After="250")
    said: list[str] = []
    seen = Recorder(stop_when=lambda: bool(said))
    (candidate,) = make_engine(narrate=said.append).decode(request(), seen).candidates
    assert candidate.finish_reason is FinishReason.CANCELLED


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_key_is_no_matter_of_trying(
    server: OpenAIServer, make_engine: EngineMaker, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.always = refuses(code, "no")
    with pytest.raises(ModelError, match="wants a key") as caught:
        make_engine().decode(request())
    assert "keyring set novelgen desk" in caught.value.remedy
    monkeypatch.setenv("DESK_KEY", "sk-planted-1234")
    with pytest.raises(ModelError, match="refuses the key") as caught:
        make_engine(key_env="DESK_KEY").decode(request())
    assert "DESK_KEY" in caught.value.remedy
    assert len(server.bodies) == 2


def test_no_credit_is_no_matter_of_trying(server: OpenAIServer, make_engine: EngineMaker) -> None:
    server.always = refuses(
        429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    )
    with pytest.raises(ModelError, match="no credit"):
        make_engine().decode(request())
    assert len(server.bodies) == 1


def test_a_model_that_is_not_there_is_told_with_those_that_are(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.always = refuses(404, "The model `gone` does not exist")
    with pytest.raises(ModelError, match="no model 'gone'") as caught:
        make_engine(model="gone").decode(request())
    assert MODEL in caught.value.remedy
    server.documents.clear()
    with pytest.raises(ModelError) as caught:
        make_engine(model="gone").decode(request())
    assert "/v1" in caught.value.remedy


@pytest.mark.parametrize(
    ("said", "missing", "present"),
    [
        ("Unrecognized request argument supplied: min_p", {"min_p"}, {"top_k", "seed"}),
        ("Unknown parameters: 'seed', 'stream_options'", {"seed", "stream_options"}, {"top_k"}),
        ("{'input': {'temperature': 1.0, 'min_p': 0.05}}", {"min_p"}, {"temperature"}),
        ("extra inputs are not permitted", {"min_p", "top_k", "chat_template_kwargs"}, {"seed"}),
        ("'temperature' does not support 0.9 with this model", {"temperature"}, {"top_p"}),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
         {"max_tokens"}, {"max_completion_tokens", "min_p"}),
    ],
)  # fmt: skip
def test_what_a_server_refuses_is_left_out_from_then_on(
    server: OpenAIServer,
    make_engine: EngineMaker,
    said: str,
    missing: set[str],
    present: set[str],
) -> None:
    server.faults = [refuses(400, said), sends(GOOD)]
    engine = make_engine()
    assert engine.decode(request()).candidates[0].text == GOOD
    assert missing <= set(server.bodies[0])
    engine.decode(request())
    for body in server.bodies[1:]:
        assert not missing & set(body)
        assert present <= set(body)
    assert len(server.bodies) == 3


def test_rows_that_learn_the_same_at_once(server: OpenAIServer, make_engine: EngineMaker) -> None:
    def picky(answer: Answer) -> None:
        if "max_tokens" in answer.body:
            refuses(400, "use max_completion_tokens instead of max_tokens")(answer)
        elif "min_p" in answer.body:
            refuses(422, "extra_forbidden")(answer)
        else:
            answer.stream(GOOD)

    server.always = picky
    candidates = make_engine().decode(request(rows=3)).candidates
    assert [each.text for each in candidates] == [GOOD] * 3


def test_a_model_without_a_system_role_is_told_in_the_first_message(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [refuses(400, "System role not supported"), sends(GOOD)]
    engine = make_engine()
    brief = engine.render_chat([ChatMessage("system", "You write."), ChatMessage("user", "Go.")])
    engine.decode(request(brief))
    assert server.bodies[-1]["messages"] == [{"role": "user", "content": "You write.\n\nGo."}]


def test_a_refusal_that_says_nothing_useful_is_passed_on(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.always = refuses(400, "the moon is full")
    with pytest.raises(ModelError, match="the moon is full"):
        make_engine().decode(request())
    assert len(server.bodies) == 2  # once without what may have been refused


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"top_k": 40}, "the moon is full"),
        ({"chat_template_kwargs": {"enable_thinking": True}}, "invalid request"),
        ({"max_tokens": 99}, "use max_completion_tokens"),
    ],
)
def test_a_refusal_that_nothing_helps_ends(
    server: OpenAIServer, make_engine: EngineMaker, body: dict[str, object], said: str
) -> None:
    """What a person sets stays in every request, so the server says the same for ever."""
    server.always = refuses(400, said)
    told: list[str] = []
    with pytest.raises(ModelError, match=said):
        make_engine(body=body, narrate=told.append).decode(request())
    assert len(server.bodies) <= 4
    assert any("left out" in line for line in told) or "max_completion" in said


def test_a_busy_server_is_waited_for_before_it_is_opened(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.refusals["/v1/models"] = [(503, {"detail": "loading the model"}), (429, "slow down")]
    told: list[str] = []
    assert make_engine(narrate=told.append).decode(request()).candidates[0].text
    assert len(told) >= 2 and "loading the model" in told[0]
    server.refusals["/v1/models"] = [(503, {"detail": "loading the model"})] * 9
    with pytest.raises(ModelError, match="503"):
        make_engine(retries=2)
    assert len(server.refusals["/v1/models"]) == 6


@pytest.mark.parametrize("status", [403, 405, 501])
def test_a_server_may_keep_its_list_to_itself(
    server: OpenAIServer, make_engine: EngineMaker, status: int
) -> None:
    server.refusals["/v1/models"] = [(status, {"error": "not for you"})]
    server.always = sends(GOOD)
    assert make_engine().decode(request()).candidates[0].text == GOOD


def test_too_many_tokens_a_minute_is_no_long_context(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [refuses(429, "Too many tokens, please wait before trying again."), sends(GOOD)]
    engine = make_engine()
    tail = long_tail(20)
    engine.decode(request(tail=tail))
    assert tail in server.asked(0) and tail in server.asked(1)


TOO_LONG = {
    "openai": (400, "This model's maximum context length is {limit} tokens. However, you requested "
               "{asked} tokens (1 in the messages, 1 in the completion)."),
    "vllm": (400, "'max_tokens' or 'max_completion_tokens' is too large: 9. This model's maximum "
             "context length is {limit} tokens and your request has {asked} input tokens"),
    "llama-server": (400, "request ({asked} tokens) exceeds the available context size ({limit} "
                     "tokens), try increasing it"),
    "older llama-server": (500, "the request exceeds the available context size. try increasing "
                           "the context size or enable context shift"),
    "llama-cpp-python": (400, "Requested tokens ({asked}) exceed context window of {limit}"),
    "lm studio": (400, "Trying to keep the first {asked} tokens when context the overflows. "
                  "However, the model is loaded with context length of only {limit} tokens"),
    "tgi": (422, "`inputs` tokens + `max_new_tokens` must be <= {limit}. Given: 1 `inputs` tokens"),
    "anthropic": (400, "prompt is too long: {asked} tokens > {limit} maximum"),
    "gemini": (400, "The input token count ({asked}) exceeds the maximum number of tokens allowed "
               "({limit})."),
    "with separators": (400, "maximum context length of 1,200 tokens exceeded"),
    "silent about it": (413, "context length exceeded"),
}  # fmt: skip


def long_tail(sentences: int = 200) -> str:
    return " ".join(f"This is sentence number {number} of the tail." for number in range(sentences))


@pytest.mark.parametrize(("code", "said"), TOO_LONG.values(), ids=TOO_LONG.keys())
def test_a_context_that_is_too_long_becomes_shorter(
    server: OpenAIServer, make_engine: EngineMaker, code: int, said: str
) -> None:
    engine = make_engine()
    limit = 1_200

    def refuse_long(answer: Answer) -> None:
        asked = engine.count_tokens(answer.body["messages"][-1]["content"])
        if asked + answer.body["max_tokens"] > limit:
            refuses(code, said.format(limit=limit, asked=asked))(answer)
        else:
            answer.stream(GOOD)

    server.always = refuse_long
    tail = long_tail()
    (candidate,) = engine.decode(request(tail=tail)).candidates
    assert candidate.text == GOOD
    kept = re.search(r"---\n(.*)\n---", server.asked(), re.DOTALL)
    assert kept is not None
    assert tail.endswith(kept.group(1))
    assert kept.group(1).startswith("This is sentence number")
    asked = len(server.bodies)
    engine.decode(request(tail=tail))
    assert len(server.bodies) == asked + 1  # the session remembers
    assert engine.info.context_size == 8_192


def test_a_brief_that_does_not_fit_is_an_error_with_a_remedy(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.always = refuses(400, TOO_LONG["openai"][1].format(limit=600, asked=9_999))
    with pytest.raises(ModelError, match="attends to about 600") as caught:
        make_engine().decode(request(long_tail(), tail="A tail."))
    assert "context_tokens" in caught.value.remedy


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://127.0.0.1:9/v1", "cannot be reached"),
        ("http://no-such-host.invalid/v1", "cannot be reached"),
    ],
)
def test_a_server_that_is_not_there(url: str, what: str) -> None:
    desk = Server("server:desk", "desk", ServerSettings(url=url, model=MODEL))
    with pytest.raises(ModelError, match=what) as caught:
        open_remote_engine(desk, PromptLibrary(), segment_size=64)
    assert caught.value.remedy


def test_a_server_that_goes_away_between_two_calls(make_engine: EngineMaker) -> None:
    with OpenAIServer() as other:
        engine = make_engine(url=other.url, retries=1)
        engine.decode(request())
    with pytest.raises(ModelError, match=r"cannot be reached.*asked 2 times"):
        engine.decode(request())


def test_another_address_is_not_followed(server: OpenAIServer, make_engine: EngineMaker) -> None:
    server.always = refuses(307, "there", Location="http://127.0.0.1:9/elsewhere")
    with pytest.raises(ModelError, match="another address"):
        make_engine().decode(request())


def test_what_a_server_took_is_counted_though_it_broke_off(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    meter = SpendingMeter()
    server.faults = [cuts("The sea was", " gone"), refuses(500), sends(GOOD, usage=(100, 3))]
    make_engine(meter).decode(request())
    assert (meter.total.requests, meter.total.estimated_requests) == (2, 1)
    assert meter.total.prompt_tokens > 100
    assert meter.total.new_tokens == 3 + 4


def test_text_that_cannot_be_stored_is_made_storable(
    server: OpenAIServer, make_engine: EngineMaker
) -> None:
    server.faults = [says(
        'data: {"choices": [{"delta": {"content": "a\\u0000b\\ud800c"}, "finish_reason": "stop"}]}'
        "\n\n"
    )]  # fmt: skip
    (candidate,) = make_engine().decode(request()).candidates
    assert candidate.text == "a\ufffdb\ufffdc"


Documents = Callable[[OpenAIServer], None]
CONTEXTS: dict[str, tuple[dict[str, object], int]] = {
    "vllm": ({"/v1/models": {"data": [{"id": MODEL, "max_model_len": 16_384}]}}, 16_384),
    "openrouter": ({"/v1/models": {"data": [{"id": MODEL, "context_length": 32_000}]}}, 32_000),
    "llama-server": ({"/props": {"default_generation_settings": {"n_ctx": 4_096}}}, 4_096),
    "lm studio": ({"/api/v0/models": {"data": [
        {"id": MODEL, "max_context_length": 131_072, "loaded_context_length": 6_000}]}}, 6_000),
    "ollama running": ({"/api/ps": {"models": [{"name": MODEL, "context_length": 20_000}]}},
                       20_000),
    "ollama set": ({"/api/show": {"parameters": "stop x\nnum_ctx   12000",
                                  "model_info": {"llama.context_length": 131_072}}}, 12_000),
    "ollama": ({"/api/show": {"model_info": {"llama.context_length": 131_072}}}, 4_096),
    "nonsense": ({"/v1/models": {"data": "none"}, "/props": [1], "/api/ps": {"models": 3}}, 8_192),
    "no list": ({"/v1/models": None}, 8_192),
}  # fmt: skip


@pytest.mark.parametrize(("documents", "size"), CONTEXTS.values(), ids=CONTEXTS.keys())
def test_a_server_says_how_long_its_context_is(
    server: OpenAIServer, make_engine: EngineMaker, documents: dict[str, object], size: int
) -> None:
    server.documents |= documents
    server.documents = {path: each for path, each in server.documents.items() if each is not None}
    assert make_engine().info.context_size == size
    assert make_engine(context_tokens=5_000).info.context_size == 5_000
