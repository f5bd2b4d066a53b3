"""The chat formats of the common families: prompts to the letter, ends, and nothing smuggled in."""

import datetime
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from novelgen.engine.values import Candidate, ChatMessage, FinishReason, SamplingParams
from novelgen.errors import ModelError
from novelgen.modeling import chat
from novelgen.modeling.chat import render_chat, turn_end_ids
from novelgen.modeling.choosing import Choice
from novelgen.modeling.decoding import DecodeJob, decode_rows
from novelgen.modeling.tokenization import Tokenization
from novelgen.text.thoughts import THOUGHT_MARKS
from tests.modeling.chat_families import CHAT_FAMILIES, MESSAGES, ChatFamily, tokenizer_of

FAMILIES = sorted(CHAT_FAMILIES)


@pytest.fixture(params=FAMILIES)
def name(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def family(name: str) -> ChatFamily:
    return CHAT_FAMILIES[name]


@pytest.fixture
def tokenization(name: str) -> Tokenization:
    return Tokenization(tokenizer_of(name))


def ids_of(tokenization: Tokenization, tokens: Sequence[str]) -> list[int]:
    return [tokenization.tokenizer.convert_tokens_to_ids(token) for token in tokens]


def test_a_conversation_is_written_as_the_family_writes_it(
    tokenization: Tokenization, family: ChatFamily
) -> None:
    assert render_chat(tokenization, MESSAGES) == family.prompt
    assert render_chat(tokenization, MESSAGES, "{") == family.prompt + "{"


def test_roles_in_a_row_are_joined_where_they_must_alternate(
    tokenization: Tokenization, family: ChatFamily
) -> None:
    told = [ChatMessage("user", "Be kind."), ChatMessage("user", "Write on.")]
    prompt = render_chat(tokenization, told)
    assert "Be kind." in prompt and "Write on." in prompt
    if "alternate" in family.template:
        assert "Be kind.\n\nWrite on." in prompt


def test_a_prompt_begins_with_one_start_token(
    tokenization: Tokenization, family: ChatFamily
) -> None:
    ids = tokenization.with_start(tokenization.prompt_ids(render_chat(tokenization, MESSAGES)))
    (start,) = ids_of(tokenization, [family.bos]) if family.bos else [-1]
    expected = 1 if family.bos else 0
    assert ids.count(start) == expected
    assert ids[:1].count(start) == expected
    prose = tokenization.with_start(tokenization.prose_ids("The rain."))
    assert prose.count(start) == (1 if family.adds_bos else 0)


def test_every_end_of_a_turn_and_of_a_text_ends_a_row(
    tokenization: Tokenization, family: ChatFamily
) -> None:
    ends = ids_of(tokenization, family.ends)
    assert turn_end_ids(tokenization) == {ends[0]}
    assert set(ends) <= tokenization.end_ids
    assert tokenization.end_ids <= tokenization.control_ids


def test_no_mark_in_what_an_author_writes_is_a_mark(
    tokenization: Tokenization, family: ChatFamily
) -> None:
    marks = [*family.special, *family.added, *family.written]
    nested = [mark[:2] + mark + mark[2:] for mark in marks]
    text = "The " + "".join(marks) + "".join(nested) + "rain."
    messages = [ChatMessage("system", text), ChatMessage("user", f"Go on. {text}")]
    clean = [ChatMessage("system", "The rain."), ChatMessage("user", "Go on. The rain.")]
    assert render_chat(tokenization, messages, text) == render_chat(
        tokenization, clean, "The rain."
    )


def test_prose_never_becomes_a_control_token(
    tokenization: Tokenization, family: ChatFamily
) -> None:
    text = "The " + " ".join([*family.special, *family.added]) + " rain."
    assert not tokenization.control_ids & set(tokenization.prose_ids(text))
    assert tokenization.control_ids & set(tokenization.prompt_ids(text))
    assert tokenization.decode(tokenization.prose_ids(text)) == text


def test_a_prompt_is_the_same_on_another_day(
    tokenization: Tokenization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts are a function of seed and prompt, so no clock may enter one."""
    before = render_chat(tokenization, MESSAGES[1:])

    class Tomorrow(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.datetime(2031, 1, 1, tzinfo=tz)

    monkeypatch.setattr("transformers.utils.chat_template_utils.datetime", Tomorrow)
    assert render_chat(tokenization, MESSAGES[1:]) == before
    assert "2031" not in before


def test_a_template_that_drops_what_it_is_told_is_refused() -> None:
    deaf = Tokenization(tokenizer_of("phi-4"))
    template = deaf.tokenizer.chat_template
    try:
        deaf.tokenizer.chat_template = "<|im_start|>assistant"
        with pytest.raises(ModelError, match="leaves out what the model is told"):
            render_chat(deaf, MESSAGES)
        deaf.tokenizer.chat_template = "{{ messages[0]['content'] + 1 }}"
        with pytest.raises(ModelError, match="refuses these messages"):
            render_chat(deaf, MESSAGES)
        assert turn_end_ids(deaf) == frozenset()
    finally:
        deaf.tokenizer.chat_template = template


def test_named_templates_are_read_too() -> None:
    several = Tokenization(tokenizer_of("qwq"))
    template = several.tokenizer.chat_template
    try:
        several.tokenizer.chat_template = {"default": template, "tool_use": "no"}
        assert render_chat(several, MESSAGES) == CHAT_FAMILIES["qwq"].prompt
    finally:
        several.tokenizer.chat_template = template


class _Forced:
    """A decoder that draws the tokens it is told, whatever the rules."""

    def __init__(self, ids: list[int], vocabulary: int) -> None:
        self._ids = ids
        self.logits, self.runs_ahead = torch.zeros(1, vocabulary), False

    def begin(self, *_: Any) -> "_Forced":
        return self

    def chooser(self, _: Any) -> "_Forced":
        return self

    def choose(self, _: Any, position: int) -> Choice:
        return Choice([self._ids[position]], lambda: ([self._ids[position]], [-1.0]))

    def step(self, _: Any) -> None: ...

    def keep(self, _: Any) -> None: ...


class _Watcher:
    def __init__(self) -> None:
        self.shown = ""

    def on_text(self, _row: int, text: str) -> None:
        self.shown += text

    def should_stop(self) -> bool:
        return False

    def rejected_rows(self) -> Sequence[int]:
        return ()


def draw(tokenization: Tokenization, text: str, **options: Any) -> tuple[Candidate, str]:
    """What a row is that draws `text` and then the end of its turn; and what was shown of it."""
    ids = [*tokenization.prose_ids(text), *turn_end_ids(tokenization)]
    vocabulary = tokenization.vocabulary_size
    model: Any = SimpleNamespace(context_size=4096, num_mem_tokens=0)
    decoder: Any = _Forced(ids, vocabulary)
    prompt = tokenization.prompt_ids(render_chat(tokenization, MESSAGES))
    job = DecodeJob(prompt, SamplingParams(), [bytes(16)], len(ids), **options)
    watcher = _Watcher()
    (row,) = decode_rows(model, tokenization, torch.zeros(1, 0, 4), job, watcher, decoder)
    return row, watcher.shown


@pytest.mark.parametrize("marks", THOUGHT_MARKS)
def test_what_a_model_thinks_aloud_is_never_text(
    tokenization: Tokenization, marks: tuple[str, str]
) -> None:
    """Every letter is a token here, so each mark comes in pieces."""
    opening, closing = marks
    text = f"{opening}\nFirst, a lamp. Then <b> STOP.\n{closing}\n\nThe lamp is lit."
    row, shown = draw(tokenization, text, max_words=4, stop_strings=["STOP"])
    assert row.text == shown == "The lamp is lit."
    assert row.finish_reason is FinishReason.STOP_TOKEN
    again, _ = draw(tokenization, f"It burns. {opening.upper()}Hm.{closing.upper()} And stays.")
    assert again.text == "It burns. And stays."


def test_thinking_without_end_is_an_empty_text(tokenization: Tokenization) -> None:
    row, shown = draw(tokenization, "<think>\nShe might go. Or stay. So")
    assert (row.text, shown, row.finish_reason) == ("", "", FinishReason.STOP_TOKEN)
    assert row.num_tokens > 20


def test_the_marks_of_thoughts_are_not_drawn_where_they_are_tokens() -> None:
    for name in ("qwen3", "qwq", "deepseek-r1"):
        tokenization = Tokenization(tokenizer_of(name))
        rules = chat_rules(tokenization)
        for mark in ids_of(tokenization, ["<think>", "</think>"]):
            assert rules.forbidden[mark]


def chat_rules(tokenization: Tokenization) -> Any:
    from novelgen.modeling.decoding import _choice_rules

    job = DecodeJob([1], SamplingParams(), [bytes(16)], 4)
    return _choice_rules(tokenization, job, tokenization.vocabulary_size)


def test_a_model_without_a_switch_that_thinks_always_is_told_that_it_has() -> None:
    """R1's first template leaves the block to the model; Qwen3's has a switch and needs nothing."""
    r1 = Tokenization(tokenizer_of("deepseek-r1"))
    assert render_chat(r1, MESSAGES).endswith("<｜Assistant｜><think>\n\n</think>\n\n")
    qwen = render_chat(Tokenization(tokenizer_of("qwen3")), MESSAGES)
    assert qwen.count("<think>") == 1
    assert chat.has_chat_template(r1)
