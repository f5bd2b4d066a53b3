"""`novelgen set`."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.engine.values import NO_MEMORY_ADAPTER, SCRIPTED_MODEL, is_server
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.bootstrap.switching import ReadingAhead
    from novelgen.generation.changing import NovelChanged, NovelWish
    from storage.records import NovelRecord


def set_novel(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    title: Annotated[str | None, typer.Option(help="Another title.")] = None,
    author: Annotated[str | None, typer.Option(help="Another author, or '' for none.")] = None,
    target_words: Annotated[
        int | None,
        typer.Option(metavar="N", help="Words wanted; unwritten chapters share the difference."),
    ] = None,
    candidates: Annotated[
        int | None, typer.Option(metavar="K", help="Texts drawn for every passage from now on.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="M", help="Write on with another model: see `novelgen models list`."),
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option(
            metavar="A",
            help="Memory adapter: a directory, the name of a shipped one, none, or auto (default "
            "with --model): the one shipped for the model.",
        ),
    ] = None,
    planner: Annotated[
        str | None,
        typer.Option(metavar="M", help="Model that plans and reads, or none: the one that writes."),
    ] = None,
) -> None:
    """Change title, author, length, candidates, the model, adapter or planner, in mid-book.

    Prose, plan, bible and summaries stay as they are. Another model reads the text again with its
    own memory; the memories of the old one stay stored, and count again when you switch back. It
    is one change, and refused while a run writes the novel.

    Example: novelgen set 3f2a --model ./Qwen3-8B --candidates 2
    """
    from novelgen.bootstrap.wishes import checked_wish

    invocation = invocation_of(context)
    if {title, author, target_words, candidates, model, adapter, planner} == {None}:
        raise UsageError(
            "Nothing is to be changed.",
            "Say what, such as --title, --target-words or --model; `novelgen set --help`.",
        )
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        wish = checked_wish(
            found,
            workbench.settings,
            title=title,
            author=author,
            target_words=target_words,
            candidates=candidates,
            model=model,
            adapter=adapter,
            planner=planner,
            called=lambda name: f"--{name.replace('_', '-')}",
        )
        changed, ahead = _change(workbench, found, wish)
        words = workbench.find(found.id).totals.words
    if invocation.output.as_json:
        invocation.output.document(_as_json(changed, ahead))
    else:
        _say(invocation, changed, ahead, words)


def _change(
    workbench: "Workbench", novel: "NovelRecord", wish: "NovelWish"
) -> "tuple[NovelChanged, ReadingAhead | None]":
    """What became of the novel, and what another model has to read first."""
    from novelgen.bootstrap.switching import reading_ahead
    from novelgen.generation.changing import change_novel

    with workbench.runs.claimed(novel):
        wished = _switched(novel, wish)
        is_switch = _reader_of(wished) != _reader_of(novel)
        ahead = reading_ahead(workbench, wished) if is_switch else None
        return change_novel(workbench.store, novel, wish), ahead


def _switched(novel: "NovelRecord", wish: "NovelWish") -> "NovelRecord":
    """The novel as it will be, for whoever asks what follows."""
    from novelgen.generation.novel_settings import NovelSettings

    model, adapter = wish.model or novel.model, wish.adapter or novel.adapter
    settings = NovelSettings.from_json(novel.settings)
    settings = replace(settings, runtime=wish.runtime or settings.runtime)
    return replace(novel, model=model, adapter=adapter, settings=settings.as_json())


def _reader_of(novel: "NovelRecord") -> tuple[str, str, str]:
    """What reads a novel's text: model, adapter, and what runs the model."""
    from novelgen.generation.novel_settings import NovelSettings

    return novel.model, novel.adapter, NovelSettings.from_json(novel.settings).runtime


def _as_json(changed: "NovelChanged", ahead: "ReadingAhead | None") -> dict[str, Any]:
    from novelgen.generation.novel_settings import NovelSettings

    novel = changed.novel
    settings = NovelSettings.from_json(novel.settings)
    document: dict[str, Any] = {
        "id": novel.id,
        "changed": list(changed.names),
        "title": novel.title,
        "author": novel.author,
        "target_words": novel.target_words,
        "candidates": settings.candidates,
        "planner": settings.planner,
        "runtime": settings.runtime.value,
        "model": novel.model,
        "adapter": novel.adapter,
    }
    if ahead is not None:
        document["words_to_read"] = ahead.words
        document["seconds_to_read"] = None if ahead.seconds is None else round(ahead.seconds, 1)
    return document


def _say(
    invocation: Invocation,
    changed: "NovelChanged",
    ahead: "ReadingAhead | None",
    words: int,
) -> None:
    output, novel = invocation.output, changed.novel
    if not changed.names:
        output.data("The novel is so already.")
        return
    for name in changed.names:
        output.data(f"{name.replace('_', ' ')}: {_shown(changed, name)}")
    if ahead is None:
        return
    if not ahead.is_fetched:
        output.data(f"{novel.model} is not here yet: it is fetched when the novel is resumed.")
    if words:
        output.data(_what_follows(novel, ahead))
    before = changed.before
    if words and (before.adapter != NO_MEMORY_ADAPTER or before.model == SCRIPTED_MODEL):
        output.data(
            f"What {before.model} has read stays stored, and counts again after `novelgen set "
            f"{novel.id} --model {before.model} --adapter {before.adapter}`."
        )


def _shown(changed: "NovelChanged", name: str) -> str:
    from novelgen.generation.novel_settings import NovelSettings

    def of(novel: "NovelRecord") -> str:
        if name in ("candidates", "runtime", "planner"):
            return str(getattr(NovelSettings.from_json(novel.settings), name)) or "none"
        value = getattr(novel, name)
        return f"{value:,}" if isinstance(value, int) else str(value) or "none"

    return f"{of(changed.before)} -> {of(changed.novel)}"


def _what_follows(novel: "NovelRecord", ahead: "ReadingAhead") -> str:
    from novelgen.modeling.shipped_adapters import shipped_adapter_of

    if is_server(novel.model):
        return (
            "Memory is off: a server keeps none. The story so far, the bible and the last pages "
            "carry the story."
        )
    if not ahead.has_memory:
        has_one = shipped_adapter_of(novel.model) is not None
        why = "" if has_one else f": no adapter comes with {novel.model}"
        return (
            f"Memory is off{why}. The story so far, the bible and the last pages carry the story."
        )
    if not ahead.words:
        return "The memory of this text is stored already; nothing is to be read again."
    return (
        f"The memory will be read again from {ahead.words:,} words{_for_how_long(ahead.seconds)}, "
        f"with the next `novelgen resume {novel.id}` or `novelgen reread {novel.id}`."
    )


def _for_how_long(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return ", in less than a minute"
    minutes = round(seconds / 60)
    return (
        f", about {minutes} minute{'' if minutes == 1 else 's'}"
        if minutes < 120
        else (f", about {minutes / 60:.1f} hours")
    )
