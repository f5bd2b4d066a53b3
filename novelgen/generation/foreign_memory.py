"""Refuses memory that another model, adapter or precision wrote, before a run goes on from it."""

from novelgen.engine.protocol import Engine
from novelgen.engine.values import NO_MEMORY_ADAPTER
from novelgen.errors import ForeignMemoryError
from novelgen.generation.memory_chain import branch_chain
from novelgen.generation.memory_identity import identity_of_engine, identity_of_novel
from storage.records import NovelRecord
from storage.store import Store


def require_own_memory(store: Store, novel: NovelRecord, engine: Engine) -> None:
    """Raises `ForeignMemoryError` when the memory of the active branch is not this engine's.

    A memory that is missing is none of that: it is read from the text. Nor is that of engines
    without any: nothing was read, whoever wrote the text.
    """
    if has_no_memory(novel, engine):
        return
    require_same_identity(novel, engine)
    precision = engine.info.memory_precision
    with store.reading() as work:
        chain = branch_chain(work, novel.active_branch_id, identity_of_engine(engine.info))
        keys = [chapter.end_key for chapter in chain if chapter.end_key is not None]
        stored = work.snapshots.summaries(keys)
    for key in reversed(keys):
        if key in stored:
            if stored[key].dtype != precision:
                raise foreign_precision(stored[key].dtype, precision, novel.id)
            return


def has_no_memory(novel: NovelRecord, engine: Engine) -> bool:
    """Whether neither the novel nor the engine has a memory that could be another's."""
    return novel.adapter == NO_MEMORY_ADAPTER and not engine.info.num_mem_tokens


def require_same_identity(novel: NovelRecord, engine: Engine) -> None:
    """Raises `ForeignMemoryError` when another model or adapter has read the novel."""
    known, now = identity_of_novel(novel), identity_of_engine(engine.info)
    if known is None or known == now:
        return
    is_model = known.model_fingerprint != now.model_fingerprint
    what = "another model" if is_model else "another adapter or segment size"
    raise ForeignMemoryError(
        f"The memory of “{novel.title}” was read with {what} than the one that is loaded.",
        f"`novelgen reread {novel.id}` reads its text again with this one and changes no word.",
    )


def foreign_precision(written: str, now: str, novel: str) -> ForeignMemoryError:
    """The refusal of memories of another precision; `novel` names the novel in the remedy."""
    return ForeignMemoryError(
        f"The memory of this novel was written in {written}; this engine computes in {now}.",
        f"`novelgen reread {novel}` reads its text again and changes no word; or go on with the "
        "settings (`dtype`, `quantization`) it was written with.",
    )
