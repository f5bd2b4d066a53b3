"""`novelgen plan`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import MAX_WORDS, MIN_WORDS

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.generation.plan_editing import Replanned, SeenPlan
    from novelgen.planning.document import PlanDocument
    from storage.records import NovelRecord

_FORMATS = ("md", "yaml")


def plan(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    edit: Annotated[
        bool, typer.Option("--edit", help="Open the plan in your editor ($VISUAL, $EDITOR).")
    ] = False,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take the plan from a file; - is stdin."),
    ] = None,
    replan: Annotated[
        bool,
        typer.Option(
            "--replan", help="Forget what is planned of unwritten chapters, and plan it anew."
        ),
    ] = False,
    from_chapter: Annotated[
        int | None,
        typer.Option(
            metavar="K", min=1, help="With --replan: from this chapter on; default: unwritten ones."
        ),
    ] = None,
    target_words: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Words wanted of the novel; unwritten chapters share the difference."
        ),
    ] = None,
    restore: Annotated[
        int | None,
        typer.Option(metavar="V", min=1, help="Make an older version the plan, as a new version."),
    ] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="List the versions; the one with a star counts.")
    ] = False,
    version: Annotated[
        int | None, typer.Option("--at", metavar="V", min=1, help="Show an older version.")
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", "-f", help="md (Markdown) or yaml; also of --edit.")
    ] = "md",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PATH", help="Write the plan to a file."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Show the plan of a novel, or change it: each change is a new version, none is lost.

    What is shown is what --edit and --from take: parts, chapters with their words, scenes, people,
    places. Written chapters stay; their title and brief may be changed. A run that writes the novel
    takes a new version up with its next chapter.

    Example: novelgen plan 3f2a --edit
    """
    invocation = invocation_of(context)
    changes = {
        "--edit": edit,
        "--from": from_file is not None,
        "--replan": replan,
        "--restore": restore is not None,
        "--versions": versions,
    }
    _require_sense(changes, version, from_chapter, target_words, format_name, output)
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        if versions:
            _list_versions(invocation, workbench, found)
        elif from_file is not None:
            done = _take_file(workbench, found, from_file, format_name, target_words)
            _say(invocation, found, done)
        elif edit:
            done = _edit(invocation, workbench, found, format_name, target_words)
            _say(invocation, found, done)
        elif replan or restore is not None or target_words is not None:
            done = _change(workbench, found, from_chapter, target_words, restore, replan=replan)
            _say(invocation, found, done)
            if replan:
                invocation.output.note(
                    "Chapters are planned when they are reached; `novelgen resume "
                    f"{found.id} --plan-only` plans them now."
                )
        else:
            from novelgen.generation.plan_editing import see_plan

            seen = see_plan(workbench.store, found, version)
            _show(invocation, seen, format_name, output, overwrite=force)


def _require_sense(
    changes: dict[str, bool],
    version: int | None,
    from_chapter: int | None,
    target_words: int | None,
    format_name: str,
    output: str | None,
) -> None:
    """Raises `UsageError` for options that do not go together."""
    given = [name for name, is_given in changes.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} do not go together.", "Give one of them.")
    if from_chapter is not None and not changes["--replan"]:
        raise UsageError("--from-chapter is for --replan.", "Give both, or neither.")
    if target_words is not None and (changes["--restore"] or changes["--versions"]):
        raise UsageError(
            f"--target-words and {given[0]} do not go together.", "Change one after the other."
        )
    if (version is not None or output is not None) and (given or target_words is not None):
        raise UsageError(
            "--at and --output are for showing the plan.", "Change it in a call of its own."
        )
    if format_name not in _FORMATS:
        raise UsageError(f"{format_name!r} is no format of a plan.", "Give md or yaml.")
    if target_words is not None and not MIN_WORDS <= target_words <= MAX_WORDS:
        raise UsageError(
            f"--target-words is {target_words:,}; it can be {MIN_WORDS:,} to {MAX_WORDS:,}.",
            "Choose another number.",
        )


def _list_versions(invocation: Invocation, workbench: "Workbench", novel: "NovelRecord") -> None:
    from novelgen.cli.plan_output import show_versions

    with workbench.store.reading() as work:
        listed = work.plans.versions(novel.active_branch_id)
    show_versions(invocation.output, novel, listed)


def _show(
    invocation: Invocation, seen: "SeenPlan", format_name: str, path: str | None, *, overwrite: bool
) -> None:
    from novelgen.cli.plan_output import plan_json, rendered

    if path is not None and path != "-":
        from novelgen.manuscript.whole_files import write_atomically

        write_atomically(Path(path), iter([rendered(seen, format_name)]), overwrite=overwrite)
        if invocation.output.as_json:
            invocation.output.document({"path": path, "format": format_name})
        else:
            invocation.output.data(path)
    elif invocation.output.as_json:
        invocation.output.document(plan_json(seen))
    else:
        invocation.output.data(rendered(seen, format_name).rstrip("\n"))


def _take_file(
    workbench: "Workbench",
    novel: "NovelRecord",
    path: Path,
    format_name: str,
    target_words: int | None,
) -> "Replanned":
    from novelgen.cli.chapter_input import text_from
    from novelgen.generation.plan_editing import see_plan, store_document, store_first_outline
    from novelgen.planning.outline_reading import read_outline

    text = text_from(path)
    is_yaml = path.suffix.lower() in (".yaml", ".yml") or format_name == "yaml"
    with workbench.store.reading() as work:
        has_plan = work.plans.current(novel.active_branch_id) is not None
    if not has_plan:
        outline = read_outline(text, is_yaml=is_yaml)
        return store_first_outline(workbench.store, novel, outline, target_words)
    seen = see_plan(workbench.store, novel)
    return store_document(workbench.store, seen, _parsed(text, is_yaml=is_yaml), target_words)


def _edit(
    invocation: Invocation,
    workbench: "Workbench",
    novel: "NovelRecord",
    format_name: str,
    target_words: int | None,
) -> "Replanned":
    from novelgen.cli.plan_output import rendered
    from novelgen.generation.plan_editing import see_plan, store_document
    from novelgen.sittings.outside_editor import edited_text

    if not sys.stdin.isatty():
        raise UsageError(
            "--edit opens an editor, and there is no terminal.", "Give a document with --from FILE."
        )
    seen = see_plan(workbench.store, novel)
    folder = invocation.paths.state / "editing"
    text, name = rendered(seen, format_name), f"{novel.id}-plan"
    with edited_text(folder, name, text, invocation.output.note, f".{format_name}") as raw:
        document = _parsed(raw, is_yaml=format_name == "yaml")
        return store_document(workbench.store, seen, document, target_words)


def _parsed(text: str, *, is_yaml: bool) -> "PlanDocument":
    from novelgen.planning.document_markdown import parse_markdown
    from novelgen.planning.document_yaml import parse_yaml

    return parse_yaml(text) if is_yaml else parse_markdown(text)


def _change(
    workbench: "Workbench",
    novel: "NovelRecord",
    from_chapter: int | None,
    target_words: int | None,
    restore: int | None,
    *,
    replan: bool,
) -> "Replanned":
    from novelgen.generation.plan_editing import (
        change_target,
        plan_anew,
        restore_plan,
        see_plan,
    )

    seen = see_plan(workbench.store, novel)
    if restore is not None:
        return restore_plan(workbench.store, seen, restore)
    if replan:
        return plan_anew(workbench.store, seen, from_chapter, target_words)
    return change_target(workbench.store, seen, target_words or seen.novel.target_words)


def _say(invocation: Invocation, novel: "NovelRecord", done: "Replanned") -> None:
    from novelgen.cli.plan_output import say_replanned

    say_replanned(invocation.output, novel, done)
