"""Scripted engines that answer what a test wants."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import (
    Candidate,
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    FinishReason,
)


class Answering(ScriptedEngine):
    """A scripted engine with fixed answers, one a call, the last one for ever.

    With a chat template it renders chats as their contents. A function answers by the prompt.
    """

    def __init__(
        self, answers: "list[str] | Callable[[str], str]", *, has_chat_template: bool = False
    ) -> None:
        super().__init__()
        self._info = replace(self._info, has_chat_template=has_chat_template)
        self.answers = answers
        self.requests: list[DecodeRequest] = []

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return "\n".join(message.content for message in messages) + f"\n{reply_start}"

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        self.requests.append(request)
        if isinstance(self.answers, list):
            text = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        else:
            text = self.answers(request.brief)
        return DecodeResult((Candidate(text, 9, -1.0, FinishReason.STOP_TOKEN),), 9, 0.0)
