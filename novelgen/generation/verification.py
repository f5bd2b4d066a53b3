"""Re-hashes everything stored of a branch and compares: text, keys, counts, memory bytes.

Needs no model: keys are hashes of text and fingerprints. A memory that is not stored is no
problem; it is read again when it is needed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.engine.memory import parse_memory
from novelgen.errors import MemoryStateError
from novelgen.generation.memory_chain import branch_chain, chapters_behind, links_of
from novelgen.generation.memory_identity import MemoryIdentity, identity_of_novel
from novelgen.text.words import count_words
from storage.records import NovelRecord, RevisionRecord, SegmentRecord, SnapshotRecord
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is wrong, in sentences."""

    chapters: int
    segments: int
    snapshots: int
    behind: tuple[int, ...]
    """Chapters whose memory will be read again when it is needed."""
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.problems


def verify_branch(work: UnitOfWork, novel: NovelRecord) -> Verification:
    """Check every segment, text and snapshot of the active branch, in reading order."""
    identity = identity_of_novel(novel)
    branch_id = novel.active_branch_id
    problems: list[str] = []
    segments = 0
    chapters = work.chapters.of_branch(branch_id)
    for chapter in chapters:
        found = list(_revision_problems(work, chapter.revision, identity))
        problems += [f"chapter {chapter.number}{problem}" for problem in found]
        segments += chapter.revision.num_segments
    snapshots = 0
    if identity is not None:
        links = links_of(work, branch_chain(work, branch_id, identity), identity)
        segments = max(segments, len(links))
        for link in links:
            snapshot = work.snapshots.get(link.key)
            if snapshot is None:
                continue
            snapshots += 1
            place = f"chapter {link.chapter}, segment {link.position}"
            problems += [f"{place}: {each}" for each in _snapshot_problems(snapshot, identity)]
    behind = chapters_behind(work, branch_id, identity)
    return Verification(len(chapters), segments, snapshots, behind, tuple(problems))


def _revision_problems(
    work: UnitOfWork, revision: RevisionRecord, identity: MemoryIdentity | None
) -> Iterator[str]:
    """Each begins with what follows the chapter's number."""
    words = num_segments = 0
    previous: SegmentRecord | None = None
    for segment in work.segments.of_revision(revision.id):
        found = _segment_problems(segment, previous, num_segments, revision, identity)
        yield from (f", segment {segment.position}: {problem}" for problem in found)
        words += segment.words
        num_segments += 1
        previous = segment
    text = work.texts.of_revision(revision.id)
    if count_words(text) != revision.words:
        yield f": {count_words(text)} words stand there, {revision.words} are recorded"
    if (num_segments, words) != (revision.num_segments, revision.words - revision.open_words) and (
        num_segments
    ):
        yield (
            f": {num_segments} segments with {words} words are stored, {revision.num_segments} "
            f"with {revision.words - revision.open_words} recorded"
        )
    if identity is not None and not num_segments:
        ends = work.texts.cut_ends(revision.id, identity.genesis_key)
        if ends is not None and (list(ends) != sorted(ends) or ends[-1:] > (len(text),)):
            yield ": its segments do not end where its text does"


def _segment_problems(
    segment: SegmentRecord,
    previous: SegmentRecord | None,
    position: int,
    revision: RevisionRecord,
    identity: MemoryIdentity | None,
) -> Iterator[str]:
    if segment.position != position:
        yield f"stands at position {segment.position} where {position} was expected"
    if segment.words != count_words(segment.text):
        yield f"holds {count_words(segment.text)} words, {segment.words} are recorded"
    if previous is not None and segment.parent_key != previous.key:
        yield f"does not follow the segment before it (parent {segment.parent_key[:12]})"
    if identity is None or revision.genesis_key != identity.genesis_key:
        return  # cut for another model, whose fingerprints nothing here knows
    if identity.next_key(segment.parent_key, segment.text) != segment.key:
        yield f"its text does not match its key {segment.key[:12]}"


def _snapshot_problems(snapshot: SnapshotRecord, identity: MemoryIdentity) -> Iterator[str]:
    remedy = "`novelgen reread` mends it"
    if hashlib.sha256(snapshot.data).hexdigest() != snapshot.data_sha256:
        yield f"the bytes of snapshot {snapshot.key[:12]} have changed; {remedy}"
        return
    try:
        memory = parse_memory(snapshot.data)
    except MemoryStateError as error:
        yield f"snapshot {snapshot.key[:12]}: {error.message} {remedy}"
        return
    expected = (identity.model_fingerprint, identity.adapter_fingerprint)
    if (memory.model_fingerprint, memory.adapter_fingerprint) != expected:
        yield f"snapshot {snapshot.key[:12]} is another model's or adapter's; {remedy}"
