"""Branches out of a novel: after a chapter, or after any segment whose memory has a key."""

from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.memory_chain import (
    ChapterChain,
    Link,
    branch_chain,
    chapter_pieces,
    links_of,
)
from novelgen.generation.memory_identity import MemoryIdentity, identity_of_novel
from novelgen.generation.novel_status import settle_status
from novelgen.text.sanitize import clean_line
from novelgen.text.word_diff import diff_words, share_changed
from novelgen.text.words import count_words
from storage.records import (
    BranchFork,
    BranchRecord,
    ChapterRecord,
    NovelRecord,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_MAX_NAME = 60
_KEYS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ChapterComparison:
    """A chapter in two branches; words are None where a branch does not have it."""

    number: int
    title: str
    words: int | None
    other_words: int | None
    share_changed: float
    """Changed words of all, from 0 (the same) to 1."""


def branch_after(store: Store, novel: NovelRecord, chapter: int, name: str) -> BranchRecord:
    """A branch with the chapters through `chapter`, which both share.

    Raises `NotFoundError` when the chapter is not there, `UsageError` for a name that is none,
    `NameTaken`.
    """
    name = _checked_name(name)
    with store.writing() as work:
        last = work.chapters.get(novel.active_branch_id, chapter) if chapter else None
        if chapter and last is None:
            raise NotFoundError(
                f"The branch has no chapter {chapter} yet.", "`novelgen show NOVEL` lists them."
            )
        if last is not None and last.revision.state is RevisionState.OPEN:
            raise UsageError(
                f"Chapter {chapter} is being written and cannot be shared.",
                f"Branch after chapter {chapter - 1}, or from a snapshot of it: "
                "`novelgen resume NOVEL --from SNAPSHOT`.",
            )
        return work.branches.fork(BranchFork(novel.id, name, novel.active_branch_id, chapter))


def branch_from_snapshot(store: Store, novel: NovelRecord, key_prefix: str) -> NovelRecord:
    """The novel, on a new active branch that ends with the segment of a snapshot.

    `key_prefix` may be the beginning of a key. When that segment is the last one written, nothing
    is branched. What was written after it stays in the old branch. Raises `NotFoundError` and
    `UsageError`.
    """
    identity = identity_of_novel(novel)
    with store.writing() as work:
        chain = [] if identity is None else _chain(work, novel, identity)
        links = [] if identity is None else links_of(work, chain, identity)
        link = _found(links, key_prefix)
        if link is links[-1]:
            return novel
        fork = _fork_after(work, novel, chain, link, _free_name(work, novel, link.key))
        work.novels.set_active_branch(novel.id, work.branches.fork(fork).id)
        settle_status(work, novel.id)
        return work.novels.get(novel.id)


def switch_branch(store: Store, novel: NovelRecord, name: str) -> BranchRecord:
    """Make another branch the one that is written, edited and exported.

    Raises `RecordNotFound`.
    """
    with store.writing() as work:
        branch = work.branches.by_name(novel.id, name)
        work.novels.set_active_branch(novel.id, branch.id)
        settle_status(work, novel.id)
    return branch


def compare_branches(
    work: UnitOfWork, branch: BranchRecord, other: BranchRecord
) -> Iterator[ChapterComparison]:
    """Two branches of a novel, chapter by chapter."""
    ours = {each.number: each for each in work.chapters.of_branch(branch.id)}
    theirs = {each.number: each for each in work.chapters.of_branch(other.id)}
    for number in sorted(ours | theirs):
        yield _compared(work, number, ours.get(number), theirs.get(number))


def _compared(
    work: UnitOfWork, number: int, one: ChapterRecord | None, other: ChapterRecord | None
) -> ChapterComparison:
    share = 1.0
    if one is not None and other is not None:
        share = 0.0
        if one.revision.id != other.revision.id:
            old = work.texts.of_revision(one.revision.id)
            new = work.texts.of_revision(other.revision.id)
            share = share_changed(diff_words(old, new))
    named = one or other
    return ChapterComparison(
        number,
        named.revision.title if named else "",
        one.revision.words if one else None,
        other.revision.words if other else None,
        share,
    )


def _chain(work: UnitOfWork, novel: NovelRecord, identity: MemoryIdentity) -> list[ChapterChain]:
    return branch_chain(work, novel.active_branch_id, identity)


def _found(links: list[Link], key_prefix: str) -> Link:
    prefix = key_prefix.strip().lower()
    matches = [link for link in links if prefix and link.key.startswith(prefix)]
    if not matches:
        raise NotFoundError(
            f"The branch has no snapshot {key_prefix!r}.", "`novelgen snapshots` shows their keys."
        )
    if len(matches) > 1:
        keys = ", ".join(link.key[:16] for link in matches[:_KEYS_SHOWN])
        raise UsageError(f"{key_prefix!r} fits several snapshots: {keys}.", "Give more of the key.")
    return matches[0]


def _fork_after(
    work: UnitOfWork, novel: NovelRecord, chain: list[ChapterChain], link: Link, name: str
) -> BranchFork:
    chapter = next(each for each in chain if each.number == link.chapter)
    revision = chapter.chapter.revision
    if link.is_last and revision.state is RevisionState.COMPLETE:
        return BranchFork(novel.id, name, novel.active_branch_id, link.chapter)
    if chapter.is_as_written:
        return BranchFork(novel.id, name, novel.active_branch_id, link.chapter, link.position)
    identity = identity_of_novel(novel)
    pieces = None if identity is None else chapter_pieces(work, revision, identity.genesis_key)
    if pieces is None:
        raise LookupError(f"chapter {link.chapter} is not cut")
    text = "".join(pieces[: link.position + 1])
    return BranchFork(
        novel.id,
        name,
        novel.active_branch_id,
        link.chapter,
        cut_text=text,
        cut_words=count_words(text),
    )


def _free_name(work: UnitOfWork, novel: NovelRecord, key: str) -> str:
    taken = {branch.name for branch in work.branches.of_novel(novel.id)}
    names = (f"from-{key[:8]}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _checked_name(name: str) -> str:
    cleaned = clean_line(name)
    if not cleaned or len(cleaned) > _MAX_NAME:
        raise UsageError(
            f"A branch's name has 1 to {_MAX_NAME} characters.", "Choose another name."
        )
    return cleaned
