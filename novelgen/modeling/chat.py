"""Chat messages as the prompt text of one model's own template. Knows no model weights."""

from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from novelgen.engine.values import ChatMessage
from novelgen.errors import ModelError
from novelgen.modeling.tokenization import Tokenization


def has_chat_template(tokenization: Tokenization) -> bool:
    """Whether the model was trained to be spoken to."""
    return bool(tokenization.tokenizer.chat_template)


def render_chat(
    tokenization: Tokenization, messages: Sequence[ChatMessage], reply_start: str = ""
) -> str:
    """The prompt up to where the model's answer begins, and `reply_start`.

    Control tokens spelled in the contents are removed. Raises `ModelError` when the model has
    no template, or its template refuses these messages.
    """
    if not has_chat_template(tokenization):
        raise ModelError(
            "This model has no chat template, so it cannot be given instructions.",
            "Choose a model tuned on instructions (often named Instruct or Chat).",
        )
    cleaned = [
        {"role": message.role, "content": tokenization.without_control(message.content)}
        for message in messages
    ]
    try:
        prompt = _apply(tokenization.tokenizer, cleaned)
    except TemplateError:
        # Gemma's and some Mistral templates know no system role.
        prompt = _apply_strictly(tokenization.tokenizer, _system_into_user(cleaned))
    return prompt + tokenization.without_control(reply_start)


def turn_end_ids(tokenization: Tokenization) -> frozenset[int]:
    """The control token that the template puts after an answer; empty when there is none."""
    if not has_chat_template(tokenization):
        return frozenset()
    marker = "novelgen-answer"
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": marker}]
    try:
        rendered = tokenization.tokenizer.apply_chat_template(turns, tokenize=False)
    except TemplateError:
        return frozenset()
    _, found, after = rendered.rpartition(marker)
    controls = [id_ for id_ in tokenization.prompt_ids(after) if id_ in tokenization.control_ids]
    return frozenset(controls[:1]) if found else frozenset()


def _apply(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    # Qwen's thinking would be prose to the reader; other templates ignore the switch.
    prompt: str = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    return prompt


def _apply_strictly(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    try:
        return _apply(tokenizer, messages)
    except TemplateError as error:
        raise ModelError(
            f"The model's chat template refuses these messages: {error}", "Choose another model."
        ) from error


def _system_into_user(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    system = [message["content"] for message in messages if message["role"] == "system"]
    others = [dict(message) for message in messages if message["role"] != "system"]
    if system and others:
        others[0]["content"] = "\n\n".join([*system, others[0]["content"]])
    return others
