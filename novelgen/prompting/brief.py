"""The one brief renderer: what the model is told while it writes, never what it remembers.

Trainer and writer use the same renderer; an adapter is trained on its output, so
`BRIEF_VERSION` is part of the adapter's fingerprint and changes with the layout. Fields that
training has no use for are empty there, and then the layout is the trained one to the letter.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from novelgen.engine.values import ChatMessage
from novelgen.prompting.library import PromptLibrary

BRIEF_VERSION = 1

RenderChat = Callable[[Sequence[ChatMessage], str], str]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a passage is to be: the chapter card and the beat, in words."""

    title: str
    premise: str
    chapter_number: int
    total_chapters: int
    chapter_title: str
    chapter_brief: str
    beat: str
    earlier: str = ""
    """What the chapter before was about; empty in the first."""
    is_closing: bool = False
    """Whether this is the last scene of the novel."""
    ends_chapter: bool = False
    """Whether this is the last scene of its chapter."""
    voice: str = ""
    """The style sheet in a sentence or two."""
    story_so_far: str = ""
    """What has happened in all chapters before; stands in the place of `earlier`."""
    facts: tuple[str, ...] = ()
    """What holds at this point of the story and matters here, a sentence each."""
    threads: tuple[str, ...] = ()
    """What was promised and is still open."""
    characters: tuple[str, ...] = ()
    """Who is there."""
    place: str = ""
    instruction: str = ""
    """What a person wants done differently."""

    def parts(self) -> dict[str, str]:
        """The texts that it is made of, by the name that a person reads."""
        return {
            "premise": self.premise,
            "voice": self.voice,
            "story so far": self.story_so_far or self.earlier,
            "facts": " ".join(self.facts),
            "open threads": " ".join(self.threads),
            "chapter": f"{self.chapter_title} {self.chapter_brief}",
            "scene": " ".join([self.beat, *self.characters, self.place]).strip(),
            "instruction": self.instruction,
        }


class BriefRenderer:
    """Renders briefs as a chat for models with a chat template, else as a completion."""

    def __init__(self, library: PromptLibrary, render_chat: RenderChat | None) -> None:
        self._library = library
        self._render_chat = render_chat

    def render(self, brief: Brief) -> str:
        """The prompt text that stands between memory and verbatim tail."""
        variables = asdict(brief)
        if self._render_chat is None:
            return self._library.render("brief_completion", variables) + "\n\n"
        messages = [
            ChatMessage("system", self._library.render("brief_chat_system", variables)),
            ChatMessage("user", self._library.render("brief_chat_user", variables)),
        ]
        return self._render_chat(messages, "")
