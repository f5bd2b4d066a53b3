"""A plan as a command shows it: as a document, as JSON, as a list of versions."""

from typing import TYPE_CHECKING, Any

from novelgen.cli.output import Output, columns

if TYPE_CHECKING:
    from novelgen.generation.plan_editing import Replanned, SeenPlan
    from storage.records import NovelRecord, PlanRecord


def rendered(seen: "SeenPlan", format_name: str) -> str:
    """The plan as Markdown or YAML."""
    from novelgen.planning.document_markdown import render_markdown
    from novelgen.planning.document_yaml import render_yaml

    return render_yaml(seen.document) if format_name == "yaml" else render_markdown(seen.document)


def plan_json(seen: "SeenPlan") -> dict[str, Any]:
    """The JSON keys of a plan, a contract with other programs."""
    content = seen.content
    structure = content.structure
    cast = structure.cast
    parts = {card.number: card for card in structure.parts}
    return {
        "id": seen.novel.id,
        "title": seen.novel.title,
        "version": seen.version,
        "made": structure.made,
        "target_words": structure.target_words,
        "written": seen.written,
        "characters": [_member(each) for each in cast.characters] if cast else [],
        "places": [_member(each) for each in cast.places] if cast else [],
        "parts": [
            {
                "number": number,
                "title": parts[number].title if number in parts else "",
                "brief": parts[number].brief if number in parts else "",
                "words": words,
                "origin": parts[number].origin if number in parts else None,
            }
            for number, words in structure.part_words().items()
        ],
        "chapters": [_chapter(seen, number) for number in range(1, structure.total_chapters + 1)],
    }


def show_versions(output: Output, novel: "NovelRecord", versions: "list[PlanRecord]") -> None:
    """Every version of the plan, the newest first."""
    listed = [
        {
            "version": each.version,
            "made": each.structure.get("made", "planned"),
            "is_copy": each.origin_id is not None,
            "chapters": len(each.structure.get("chapters", ())),
            "target_words": each.structure.get("target_words"),
            "created_at": each.created_at.isoformat(),
        }
        for each in versions
    ]
    if output.as_json:
        output.document({"id": novel.id, "versions": listed})
        return
    rows = [
        [
            "*" if at == 0 else "",
            str(each["version"]),
            f"{record.created_at:%Y-%m-%d %H:%M:%S}",
            str(each["made"]) + (" (brought back)" if each["is_copy"] else ""),
            f"{each['chapters']:,}",
            f"{each['target_words'] or 0:,}",
        ]
        for at, (each, record) in enumerate(zip(listed, versions, strict=True))
    ]
    headers = ["", "version", "made (UTC)", "how", "chapters", "words"]
    output.data(columns(headers, rows, right=(1, 4, 5)))


def say_replanned(output: Output, novel: "NovelRecord", done: "Replanned") -> None:
    """What became of a change."""
    if output.as_json:
        output.document(
            {
                "id": novel.id,
                "version": done.version,
                "changed": done.is_changed,
                "written": done.written,
                "chapters": done.chapters,
                "target_words": done.target_words,
            }
        )
        return
    if not done.is_changed:
        output.data(f"The plan is as it was (version {done.version}).")
        return
    output.data(
        f"The plan is version {done.version} now: {done.chapters:,} chapters, {done.written:,} of "
        f"them written, {done.target_words:,} words."
    )
    output.note(f"`novelgen plan {novel.id} --restore {done.version - 1}` goes back.")


def _chapter(seen: "SeenPlan", number: int) -> dict[str, Any]:
    content = seen.content
    slot = content.structure.slot(number)
    card, planned = content.cards.get(number), content.beats.get(number)
    beats = [] if planned is None else planned.beats
    status = "written" if number <= seen.written else "outlined" if card is None else "planned"
    given = [{"brief": beat.brief, "words": beat.words} for beat in slot.beats]
    return {
        "number": number,
        "part": slot.part,
        "role": content.structure.role_of(number).name,
        "title": slot.title if card is None else card.title,
        "brief": slot.brief if card is None else card.brief,
        "words": slot.target_words,
        "status": status,
        "origin": None if card is None else card.origin,
        "characters": [] if card is None else list(card.characters),
        "places": [] if card is None else list(card.places),
        "beats": [
            {
                "brief": beat.brief,
                "words": beat.words,
                "characters": list(beat.characters),
                "place": beat.place,
                "origin": beat.origin or (planned.origin.value if planned else None),
                "closes": beat.closes or None,
            }
            for beat in beats
        ]
        or given,
    }


def _member(member: Any) -> dict[str, str]:
    return {
        "name": member.name,
        "description": member.description,
        "origin": member.origin,
    }
