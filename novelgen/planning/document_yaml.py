"""Plan documents in YAML, with the same things in them as in Markdown."""

from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentMember,
    DocumentPart,
    PlanDocument,
    PlanMistake,
    require_sound,
)
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.yaml_reading import YamlMistake, read_yaml

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _cleaned(value: object) -> object:
    return clean_line(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_cleaned)]
Name = Annotated[str, BeforeValidator(_cleaned), Field(min_length=1, pattern=r"^[^,;]*$")]
Words = Annotated[int, Field(gt=0, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _told(value: object) -> object:
    return {"brief": value} if isinstance(value, str) else value


def _titled(value: object) -> object:
    return {"title": value} if isinstance(value, str) else value


class _Member(_Strict):
    name: Name
    description: Text = ""


class _Beat(_Strict):
    brief: Annotated[Text, Field(min_length=1)]
    words: Words | None = None
    characters: tuple[Name, ...] = ()
    place: Text = ""


class _Chapter(_Strict):
    number: Words | None = None
    title: Text = ""
    words: Words | None = None
    brief: Text = ""
    characters: tuple[Name, ...] = ()
    places: tuple[Name, ...] = ()
    beats: tuple[Annotated[_Beat, BeforeValidator(_told)], ...] = ()


_ChapterItem = Annotated[_Chapter, BeforeValidator(_titled)]
_MemberItem = Annotated[_Member, BeforeValidator(_named)]


class _Part(_Strict):
    title: Text = ""
    brief: Text = ""
    chapters: tuple[_ChapterItem, ...]


class _Plan(_Strict):
    novel: Text = ""
    title: Text = ""
    premise: Text = ""
    version: int | None = None
    characters: tuple[_MemberItem, ...] = ()
    places: tuple[_MemberItem, ...] = ()
    parts: tuple[_Part, ...] = ()
    chapters: tuple[_ChapterItem, ...] = ()


def render_yaml(document: PlanDocument) -> str:
    """The document as YAML."""
    chapters = [[_chapter_json(each) for each in part.chapters] for part in document.parts]
    tree = {
        "novel": document.title,
        "premise": document.premise,
        "version": document.version,
        "characters": [_said(vars_of(member)) for member in document.characters],
        "places": [_said(vars_of(member)) for member in document.places],
        "parts": [
            _said({"title": part.title, "brief": part.brief}) | {"chapters": listed}
            for part, listed in zip(document.parts, chapters, strict=True)
        ],
    }
    return str(
        yaml.dump(_said(tree), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=100)
    )


def parse_yaml(text: str) -> PlanDocument:
    """The document in a YAML text: an object, or a bare list of chapters. Raises `PlanMistake`."""
    text = clean_text(text)
    try:
        document = read_yaml(text)
    except YamlMistake as mistake:
        raise PlanMistake(mistake.line, mistake.problem, "a plan in YAML") from mistake
    tree, root = document.value, document.node
    if isinstance(tree, list):
        tree = {"chapters": tree}
    try:
        plan = _Plan.model_validate(tree)
    except ValidationError as error:
        raise _mistake(error, root) from error
    if plan.parts and plan.chapters:
        raise PlanMistake(0, "it has both parts and chapters outside of them", "one of the two")
    parts = tuple(
        DocumentPart(
            part.title,
            part.brief,
            tuple(
                _chapter(each, _line_of(root, ("parts", index, "chapters", at)))
                for at, each in enumerate(part.chapters)
            ),
        )
        for index, part in enumerate(plan.parts)
    )
    alone = tuple(
        _chapter(each, _line_of(root, ("chapters", at))) for at, each in enumerate(plan.chapters)
    )
    return require_sound(
        PlanDocument(
            parts or (DocumentPart(chapters=alone),),
            tuple(DocumentMember(each.name, each.description) for each in plan.characters),
            tuple(DocumentMember(each.name, each.description) for each in plan.places),
            plan.novel or plan.title,
            plan.premise,
            plan.version,
        )
    )


def vars_of(member: DocumentMember) -> dict[str, Any]:
    return {"name": member.name, "description": member.description}


def _said(tree: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value not in ("", None, [], ())}


def _chapter_json(chapter: DocumentChapter) -> dict[str, Any]:
    return _said(
        {
            "number": chapter.number,
            "title": chapter.title,
            "words": chapter.words,
            "brief": chapter.brief,
            "characters": list(chapter.characters),
            "places": list(chapter.places),
            "beats": [
                _said(
                    {
                        "brief": beat.brief,
                        "words": beat.words,
                        "characters": list(beat.characters),
                        "place": beat.place,
                    }
                )
                for beat in chapter.beats
            ],
        }
    )


def _chapter(told: _Chapter, line: int) -> DocumentChapter:
    return DocumentChapter(
        told.number,
        told.title,
        told.words,
        told.brief,
        told.characters,
        told.places,
        tuple(
            DocumentBeat(beat.brief, beat.words, beat.characters, beat.place) for beat in told.beats
        ),
        line,
    )


def _mistake(error: ValidationError, root: Any) -> PlanMistake:
    first = error.errors(include_url=False)[0]
    path = tuple(each for each in first["loc"] if not isinstance(each, str) or "-" not in each)
    where = " ".join(str(each + 1 if isinstance(each, int) else each) for each in path)
    remedies = {
        "string_type": "text; put it in quotation marks",
        "extra_forbidden": "one of the known keys: title, brief, words, characters, places, beats",
        "string_pattern_mismatch": "a name without a comma",
        "missing": "that it is there",
    }
    return PlanMistake(
        _line_of(root, path),
        f"{where or 'it'}: {first['msg'][0].lower()}{first['msg'][1:]}",
        remedies.get(first["type"], "a plan as `novelgen plan NOVEL --format yaml` shows it"),
    )


def _line_of(node: Any, path: tuple[Any, ...]) -> int:
    """The line of what stands at `path`, or of the last thing on the way that is there."""
    line = node.start_mark.line + 1 if node is not None else 0
    if isinstance(node, yaml.SequenceNode) and path and path[0] == "chapters":
        path = path[1:]  # a bare list of chapters
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step] if step < len(node.value) else None
        else:
            node = None
        if node is None:
            break
        line = node.start_mark.line + 1
    return line
