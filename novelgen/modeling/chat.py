"""Chat messages as the prompt text of one model's own template. Knows no model weights.

Families differ: some know no system role, some want the roles to alternate, some take contents in
parts only, and some drop what they do not know without a word. So the messages are written down in
one way after another, and the first prompt is taken in which everything that was said stands.

Guarantees that a prompt asks for no thinking, that it is the same on every day, and that nothing in
the contents can speak as another role.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from jinja2 import TemplateError

from novelgen.engine.values import ChatMessage
from novelgen.errors import ModelError
from novelgen.modeling.tokenization import MARKUP, Tokenization
from novelgen.text.thoughts import THOUGHT_MARKS

_Message = dict[str, Any]

_REFUSALS = (TemplateError, TypeError, ValueError, KeyError, IndexError, AttributeError)
"""What a template raises that cannot write messages down: its own word, or a slip over a form that
it does not expect."""
_DAY = date(2024, 7, 26)
"""What templates that name the date take for today: what Llama's own do that know none."""
_DIRECTIVES = ("%-d", "%d", "%a", "%A", "%b", "%B", "%m", "%-m", "%y", "%Y", "%j", "%H", "%M", "%S")
_SWITCH = "enable_thinking"
# Beside markup: what Llama 2 puts around a system message.
_DOUBLE_MARKUP = re.compile(r"<</?[A-Z]+>>")


def has_chat_template(tokenization: Tokenization) -> bool:
    """Whether the model was trained to be spoken to."""
    return bool(tokenization.tokenizer.chat_template)


def render_chat(
    tokenization: Tokenization, messages: Sequence[ChatMessage], reply_start: str = ""
) -> str:
    """The prompt up to where the model's answer begins, and `reply_start`.

    Control tokens, and marks of the template, that are spelled in the contents are removed. Raises
    `ModelError` when the model has no template, or its template refuses these messages or drops
    the last of them.
    """
    if not has_chat_template(tokenization):
        raise ModelError(
            "This model has no chat template, so it cannot be given instructions.",
            "Choose a model tuned on instructions (often named Instruct or Chat).",
        )
    marks = _template_marks(tokenization)
    cleaned = [
        {"role": message.role, "content": tokenization.without_control(message.content, marks)}
        for message in messages
    ]
    prompt = _without_thinking(tokenization, _rendered(tokenization.tokenizer, cleaned))
    return prompt + tokenization.without_control(reply_start, marks)


def turn_end_ids(tokenization: Tokenization) -> frozenset[int]:
    """The control token that the template puts after an answer; empty when there is none."""
    if not has_chat_template(tokenization):
        return frozenset()
    marker = "novelgen-answer"
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": marker}]
    for form in (turns, _in_parts(turns)):
        try:
            rendered = _apply(tokenization.tokenizer, form, is_asking=False)
        except _REFUSALS:
            continue
        _, found, after = rendered.rpartition(marker)
        ids = tokenization.prompt_ids(after) if found else []
        controls = [id_ for id_ in ids if id_ in tokenization.control_ids]
        if controls:
            return frozenset(controls[:1])
    return frozenset()


def _rendered(tokenizer: Any, messages: list[_Message]) -> str:
    """The prompt of the first form that leaves nothing out, else of the one that leaves out least.

    Raises `ModelError`.
    """
    wanted = [message["content"].strip() for message in messages]
    best, most = "", -1
    refusal: Exception | None = None
    for form in _forms(messages):
        try:
            prompt = _apply(tokenizer, form, is_asking=True)
        except _REFUSALS as error:
            refusal = refusal or error
            continue
        held = sum(content in prompt for content in wanted)
        if held == len(wanted):
            return prompt
        if held > most and wanted[-1] in prompt:
            best, most = prompt, held
    if most >= 0:
        return best
    reason = str(refusal) if refusal else "it leaves out what the model is told"
    raise ModelError(
        f"The model's chat template refuses these messages: {reason}", "Choose another model."
    ) from refusal


def _forms(messages: list[_Message]) -> Iterator[list[_Message]]:
    """The messages as they are, and in the ways that stricter templates ask for, each once."""
    changes: tuple[Callable[[list[_Message]], list[_Message]], ...] = (
        _as_they_are,
        _system_into_user,  # Gemma and some of Mistral's know no system role
        _alternating,
    )
    seen: list[list[_Message]] = []
    for change in changes:
        form = change(messages)
        if form not in seen:
            seen.append(form)
    yield from seen
    for form in seen:
        yield _in_parts(form)


def _apply(tokenizer: Any, messages: list[_Message], *, is_asking: bool) -> str:
    """Raises what is in `_REFUSALS`."""
    prompt: str = tokenizer.apply_chat_template(
        messages,
        tokenize=False,
        add_generation_prompt=is_asking,
        chat_template=_source(tokenizer),
        # Thoughts would be prose to the reader; a template without the switch ignores it.
        enable_thinking=False,
    )
    return prompt


def _as_they_are(messages: list[_Message]) -> list[_Message]:
    return messages


def _system_into_user(messages: list[_Message]) -> list[_Message]:
    """What the system says, at the beginning of what the user says first."""
    system = [message["content"] for message in messages if message["role"] == "system"]
    others = [message for message in messages if message["role"] != "system"]
    if not system:
        return messages
    if others and others[0]["role"] == "user":
        system.append(others.pop(0)["content"])
    return [{"role": "user", "content": "\n\n".join(system)}, *others]


def _alternating(messages: list[_Message]) -> list[_Message]:
    """No system role, and what one role says in a row as one message."""
    joined: list[_Message] = []
    for message in _system_into_user(messages):
        if joined and joined[-1]["role"] == message["role"]:
            content = f"{joined[-1]['content']}\n\n{message['content']}"
            joined[-1] = {**message, "content": content}
        else:
            joined.append(message)
    return joined


def _in_parts(messages: list[_Message]) -> list[_Message]:
    """Each content as a list of one text, as templates of models that also see expect it."""
    return [
        {**message, "content": [{"type": "text", "text": message["content"]}]}
        for message in messages
    ]


def _without_thinking(tokenization: Tokenization, prompt: str) -> str:
    """The prompt with an empty block of thoughts, where the model would begin with one.

    Some templates open the block themselves. Others have no switch for it and take thoughts out of
    earlier answers, so their models think always.
    """
    source = _source(tokenization.tokenizer)
    written = prompt.rstrip()
    for opening, closing in THOUGHT_MARKS:
        if written.endswith(opening):
            return f"{written}\n\n{closing}\n\n"
        thinks_always = closing in source and _SWITCH not in source
        is_token = opening in tokenization.control_contents
        if thinks_always and is_token and not written.endswith(closing):
            return f"{prompt}{opening}\n\n{closing}\n\n"
    return prompt


def _source(tokenizer: Any) -> str:
    """The template for conversations, in which it is always the same day.

    A function could be handed to it too, but not by every version of transformers.
    """
    source: str = tokenizer.get_chat_template()
    if "strftime_now" not in source:
        return source
    filters = " | ".join(
        f"replace('{directive}', '{_day_as(directive)}')" for directive in _DIRECTIVES
    )
    return (
        f"{{%- macro strftime_now(format) %}}{{{{- format | {filters} }}}}{{%- endmacro %}}{source}"
    )


def _day_as(directive: str) -> str:
    """`%-d` and `%-m` are not known everywhere."""
    if "-" in directive:
        return _DAY.strftime(directive.replace("-", "")).lstrip("0")
    return _DAY.strftime(directive)


def _template_marks(tokenization: Tokenization) -> frozenset[str]:
    """What the template writes around contents and the tokenizer knows no token for.

    Older templates mark roles with plain text, such as `[INST]` or `<|user|>`.
    """
    roles = ("user", "assistant", "user")
    for messages in (
        [{"role": role, "content": "a"} for role in ("system", *roles)],
        [{"role": role, "content": "a"} for role in roles],
    ):
        for form in (messages, _in_parts(messages)):
            try:
                frame = _apply(tokenization.tokenizer, form, is_asking=True)
            except _REFUSALS:
                continue
            found = {*MARKUP.findall(frame), *_DOUBLE_MARKUP.findall(frame)}
            return frozenset(found) - tokenization.control_contents
    return frozenset()
