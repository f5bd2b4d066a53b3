"""The prompt text of a chat, and what is sent of it.

`render_chat` of a server's engine gives a JSON document of the messages: a person reads it as what
the model saw, and `parse_chat` gives the messages back. Strings that models take for control tokens
are removed, since a server would read them as such.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.engine.values import ChatMessage
from novelgen.prompting.library import PromptLibrary

Messages = list[dict[str, str]]

_CONTROL = re.compile(
    r"<\|[^|<>\n]{1,60}\|>|<｜[^｜<>\n]{1,60}｜>|</?s>|\[/?(?:INST|THINK|SYSTEM_PROMPT)\]|<</?SYS>>"
    r"|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|</?think(?:ing)?>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """A chat that a model is to answer; its answer is taken to begin with `reply_start`."""

    messages: tuple[ChatMessage, ...]
    reply_start: str = ""


def without_control(text: str) -> str:
    """`text` without what the templates of known models write between turns."""
    removed = 1
    while removed:  # again and again: one that is removed may leave another
        text, removed = _CONTROL.subn("", text)
    return text


def chat_as_text(messages: Sequence[ChatMessage], reply_start: str) -> str:
    """The prompt text of a chat."""
    document = {
        "messages": [
            {"role": message.role, "content": without_control(message.content)}
            for message in messages
        ],
        "reply_start": without_control(reply_start),
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def parse_chat(prompt: str) -> ChatPrompt:
    """The chat of a prompt text; one that is no such document is what the person says."""
    try:
        document = json.loads(prompt)
        messages = tuple(
            ChatMessage(str(each["role"]), str(each["content"])) for each in document["messages"]
        )
        return ChatPrompt(messages, str(document["reply_start"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        text = without_control(prompt)
        return ChatPrompt((ChatMessage("user", text),) if text.strip() else ())


def messages_to_send(
    chat: ChatPrompt, tail: str, library: PromptLibrary, *, folds_system: bool
) -> Messages:
    """The messages of a request.

    Servers differ in whether they go on with an answer that was begun, so the verbatim tail, and
    the beginning of an answer, stand in what is asked. `folds_system` puts the system's message
    into the first of the person's, for models that know no other.
    """
    messages = [{"role": each.role, "content": each.content} for each in chat.messages]
    asked = []
    if tail.strip():
        asked.append(library.render("server_go_on", {"tail": without_control(tail)}))
    if chat.reply_start:
        asked.append(library.render("server_reply_start", {"reply_start": chat.reply_start}))
    if asked and messages and messages[-1]["role"] == "user":
        messages[-1]["content"] = "\n\n".join([messages[-1]["content"], *asked])
    elif asked:
        messages.append({"role": "user", "content": "\n\n".join(asked)})
    return _folded(messages) if folds_system else messages


def _folded(messages: Messages) -> Messages:
    system = [each["content"] for each in messages if each["role"] == "system"]
    others = [dict(each) for each in messages if each["role"] != "system"]
    if system and others:
        others[0]["content"] = "\n\n".join([*system, others[0]["content"]])
    return others
