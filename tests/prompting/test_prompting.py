"""Templates are strict, sandboxed and overridable; the context keeps to its budget."""

import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from novelgen.engine.scripted import ScriptedEngine
from novelgen.errors import UsageError
from novelgen.prompting.brief import BRIEF_VERSION, Brief, BriefRenderer
from novelgen.prompting.context import SegmentContext, fit_tail
from novelgen.prompting.library import PromptLibrary, shipped_prompts

BRIEF = Brief(
    "The Keeper", "A letter from tomorrow.", 2, 3, "The Bottle", "Mara reads.", "She runs."
)


def test_a_brief_says_what_the_passage_is_to_be() -> None:
    text = BriefRenderer(PromptLibrary(), None).render(BRIEF)
    for part in ("The Keeper", "A letter from tomorrow.", "The Bottle", "Mara reads.", "She runs."):
        assert part in text


def test_a_chat_model_gets_a_chat() -> None:
    seen: list[str] = []

    def chat(messages: object, reply_start: str) -> str:
        seen.extend(message.content for message in messages)  # type: ignore[attr-defined]
        return "<chat>"

    closing = replace(BRIEF, is_closing=True, earlier="Mara found a bottle.")
    assert BriefRenderer(PromptLibrary(), chat).render(closing) == "<chat>"
    assert "the last scene" in seen[1]
    assert "Mara found a bottle." in seen[1]


def test_a_persons_template_goes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "brief_completion.jinja").write_text("Mine: {{ beat }}")
    assert BriefRenderer(PromptLibrary(tmp_path), None).render(BRIEF) == "Mine: She runs.\n\n"


@pytest.mark.parametrize(
    "template",
    ["{{ nobody }}", "{{ ''.__class__.__mro__ }}", "{% if %}", "{{ beat.__init__.__globals__ }}"],
)
def test_bad_templates_are_refused_by_name(tmp_path: Path, template: str) -> None:
    (tmp_path / "brief_completion.jinja").write_text(template)
    with pytest.raises(UsageError, match="brief_completion"):
        BriefRenderer(PromptLibrary(tmp_path), None).render(BRIEF)


def test_every_shipped_template_states_its_purpose() -> None:
    templates = list(shipped_prompts().glob("*.jinja"))
    assert len(templates) >= 7
    for template in templates:
        assert template.read_text().startswith("{#- Purpose:"), template.name


class Small(ScriptedEngine):
    """A scripted engine with a small context."""

    def __init__(self, context_size: int) -> None:
        super().__init__()
        self._info = replace(self._info, context_size=context_size)


def tail_of(prose: str, context_size: int = 400, tail_tokens: int = 100, joint: str = "") -> str:
    return fit_tail(
        "a brief of six tokens .",
        prose,
        joint,
        Small(context_size),
        tail_tokens=tail_tokens,
        new_tokens=200,
    )


def test_the_tail_is_the_end_of_the_prose_and_begins_at_a_sentence() -> None:
    prose = " ".join(f"This is sentence number {number}." for number in range(100))
    tail = tail_of(prose)
    count = ScriptedEngine().count_tokens
    assert prose.endswith(tail)
    assert tail.startswith("This is sentence")
    assert count(tail) <= 100 < count(tail) + 6
    room = 400 - ScriptedEngine().info.num_mem_tokens - 200
    filled = tail_of(prose, tail_tokens=10_000)
    assert room - 6 < count("a brief of six tokens .") + count(filled) <= room
    assert tail_of(prose, joint="\n\n") == tail + "\n\n"


def test_no_prose_no_tail() -> None:
    assert tail_of("", joint="\n\n") == ""


def test_a_brief_that_leaves_no_room_is_refused_with_numbers() -> None:
    with pytest.raises(UsageError, match=r"takes 6 tokens .* 210"):
        tail_of("Some prose.", context_size=210)


TRAINED_CHAT = """Write chapter 2 of 3 of the novel "The Keeper".
Premise: A letter from tomorrow.
Before this chapter: Mara found it.
Chapter 2, "The Bottle": Mara reads.
In this scene: She runs.
Write only the story."""
TRAINED_COMPLETION = """The Keeper
A novel

A letter from tomorrow.

[Before this chapter: Mara found it.]

Chapter 2: The Bottle

[Mara reads.]
[She runs.]

"""


def test_a_brief_of_version_1_is_laid_out_as_the_shipped_adapter_was_trained_on() -> None:
    """To the letter; what training had no use for leaves no trace. A change needs a new version."""
    assert BRIEF_VERSION == 1
    seen: list[str] = []

    def chat(messages: object, reply_start: str) -> str:
        seen.extend(message.content for message in messages)  # type: ignore[attr-defined]
        return ""

    brief = replace(BRIEF, earlier="Mara found it.")
    BriefRenderer(PromptLibrary(), chat).render(brief)
    assert seen[1] == TRAINED_CHAT
    assert BriefRenderer(PromptLibrary(), None).render(brief) == TRAINED_COMPLETION


@pytest.mark.parametrize("name", ["brief_chat_user", "brief_completion"])
def test_a_brief_holds_all_that_is_known(name: str) -> None:
    full = replace(
        BRIEF,
        voice="Ghost story, first person.",
        story_so_far="Mara came to the island.",
        earlier="Not told beside the story so far.",
        facts=("Anna has green eyes.", "Tom is a baker."),
        threads=("Tom promised to write.",),
        characters=("Mara", "Tom"),
        place="the pier",
        instruction="Let it rain.",
        is_closing=True,
    )
    text = PromptLibrary().render(name, asdict(full))
    told = [full.voice, full.story_so_far, *full.facts, *full.threads, *full.characters]
    for part in (*told, full.place, full.instruction, full.beat, full.chapter_brief):
        assert part in text, part
    assert "Not told" not in text
    assert "\n\n\n" not in text
    assert "last scene" in text
    place_alone = PromptLibrary().render(name, asdict(replace(BRIEF, place="the pier")))
    assert "the pier" in place_alone


SAMPLES: dict[str, object] = {
    **asdict(BRIEF),
    "after": "And then it rained.",
    "answer": "{",
    "chapter_brief": "Mara reads.",
    "chapter_title": "The Bottle",
    "characters": ["Mara"],
    "count": 3,
    "earlier": ["She came."],
    "error": "no JSON",
    "instruction": "Let it rain.",
    "known": ["Mara"],
    "pieces": 3,
    "piece": 1,
    "place": "",
    "names": ["Mara"],
    "number": 2,
    "part": "Part one",
    "people": ["Mara"],
    "places": ["the pier"],
    "problem": "no JSON",
    "role": "the trouble grows",
    "text": "She ran.",
    "total": 3,
    "words": 120,
}


@pytest.mark.parametrize("path", sorted(shipped_prompts().glob("*.jinja")), ids=lambda p: p.stem)
def test_every_shipped_template_renders_and_names_its_variables(path: Path) -> None:
    source = path.read_text()
    header = source.split("-#}")[0]
    wanted = meta.find_undeclared_variables(Environment().parse(source))
    if "novelgen.prompting.brief.Brief" not in header:
        for variable in wanted:
            assert re.search(rf"\b{variable}\b", header), variable
    samples = asdict(BRIEF) if path.stem.startswith("brief_") else SAMPLES
    text = PromptLibrary().render(path.stem, {name: samples.get(name, "x") for name in wanted})
    assert text.strip()
    assert "{{" not in text


@pytest.mark.parametrize(
    ("tail", "prefix", "joined"),
    [
        ("He went.\n\n", "\n\nIt rained.", "He went.\n\nIt rained."),
        ("He went.\n\n", "It rained.", "He went.\n\nIt rained."),
        ("He went.", " It rained.", "He went. It rained."),
        ("He went.", "\n\nIt rained.", "He went.\n\nIt rained."),
    ],
)
def test_what_is_kept_of_an_attempt_joins_the_tail_once(
    tail: str, prefix: str, joined: str
) -> None:
    assert SegmentContext("", tail, tail, 100, ()).tail_with(prefix) == joined
