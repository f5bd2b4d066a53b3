"""What a person changes about a novel in mid-book: its title, its length, the model it is written
with. Prose, plan, bible and summaries stay.

Another model or adapter reads the text with its own memory. What it is, only the engine knows, so
the novel counts as unread until one is loaded; the memories of the old one stay stored under their
own keys, and are the novel's again when it goes back to it. Loads no model.
"""

from dataclasses import dataclass, replace

from novelgen.engine.values import ModelRuntime
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.plan_editing import change_length
from storage.records import NovelChanges, NovelRecord
from storage.store import Store

UNREAD = ""
"""In place of the fingerprints of a model and an adapter."""


@dataclass(frozen=True, slots=True)
class NovelWish:
    """What a novel is to be from now on; None leaves a thing as it is."""

    title: str | None = None
    author: str | None = None
    target_words: int | None = None
    candidates: int | None = None
    model: str | None = None
    """As novels keep it: a name, or an absolute path."""
    adapter: str | None = None
    """As novels keep it: `none`, a shipped adapter's name, or an absolute path."""
    runtime: ModelRuntime | None = None
    planner: str | None = None
    """As novels keep it: a model, or empty for the one that writes."""


@dataclass(frozen=True, slots=True)
class NovelChanged:
    """What became of a wish."""

    before: NovelRecord
    novel: NovelRecord
    names: tuple[str, ...]
    """The fields of the wish that were not so before, in their order."""

    @property
    def is_switched(self) -> bool:
        """Whether another model or adapter reads the novel now, or the same model otherwise run."""
        return not {"model", "adapter", "runtime"}.isdisjoint(self.names)


def change_novel(store: Store, novel: NovelRecord, wish: NovelWish) -> NovelChanged:
    """Make the novel what is wished, all of it or nothing. The caller holds the novel's lock.

    Raises `UsageError` where the plan cannot be made so short.
    """
    with store.writing() as work:
        before = work.novels.get(novel.id)
        settings = NovelSettings.from_json(before.settings)
        present = NovelWish(
            before.title,
            before.author,
            before.target_words,
            settings.candidates,
            before.model,
            before.adapter,
            settings.runtime,
            settings.planner,
        )
        names = tuple(
            name
            for name in NovelWish.__dataclass_fields__
            if getattr(wish, name) not in (None, getattr(present, name))
        )
        if not names:
            return NovelChanged(before, before, ())
        if "target_words" in names and wish.target_words is not None:
            change_length(work, before, wish.target_words)
        changed = NovelChanged(before, before, names)
        changes = NovelChanges(
            title=wish.title,
            author=wish.author,
            model=wish.model,
            adapter=wish.adapter,
            model_fingerprint=UNREAD if changed.is_switched else None,
            adapter_fingerprint=UNREAD if changed.is_switched else None,
        )
        kept = replace(
            settings,
            candidates=wish.candidates or settings.candidates,
            runtime=wish.runtime or settings.runtime,
            planner=settings.planner if wish.planner is None else wish.planner,
        )
        if kept != settings:
            changes = replace(changes, settings=kept.as_json())
        return replace(changed, novel=work.novels.update(novel.id, changes))
