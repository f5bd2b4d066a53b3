"""Templates are strict, sandboxed and overridable; the context keeps to its budget."""

from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.errors import UsageError
from novelgen.prompting.brief import Brief, BriefRenderer
from novelgen.prompting.context import fit_context
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


def context(prose: str, context_size: int = 400, tail_tokens: int = 100):
    engine = ScriptedEngine()
    return fit_context(
        "a brief of six tokens .",
        prose,
        info=replace(engine.info, context_size=context_size),
        count_tokens=engine.count_tokens,
        tail_tokens=tail_tokens,
        new_tokens=200,
    )


def test_the_tail_is_the_end_of_the_prose_and_begins_at_a_sentence() -> None:
    prose = " ".join(f"This is sentence number {number}." for number in range(100))
    fitted = context(prose)
    assert prose.endswith(fitted.tail)
    assert fitted.tail.startswith("This is sentence")
    assert fitted.tail_tokens <= 100 < fitted.tail_tokens + 6
    room = 400 - fitted.memory_tokens - fitted.brief_tokens - 200
    assert context(prose, tail_tokens=10_000).tail_tokens <= room


def test_no_prose_no_tail() -> None:
    assert context("").tail == ""


def test_a_brief_that_leaves_no_room_is_refused_with_numbers() -> None:
    with pytest.raises(UsageError, match=r"takes 6 tokens .* 210"):
        context("Some prose.", context_size=210)
