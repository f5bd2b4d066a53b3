"""Re-hashes everything stored of a branch and compares: text, keys, counts, memory bytes.

Needs no model: keys are hashes of text and fingerprints, and the fingerprints stand in the
snapshots.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.engine.memory import parse_memory
from novelgen.errors import MemoryStateError
from novelgen.text.chain import genesis_key, segment_key
from novelgen.text.words import count_words
from storage.records import ChapterRecord, SegmentRecord, SnapshotRecord
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is wrong, in sentences."""

    segments: int
    snapshots: int
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.problems


def verify_branch(work: UnitOfWork, branch_id: str) -> Verification:
    """Check every segment and snapshot of a branch, in reading order."""
    problems: list[str] = []
    segments = snapshots = 0
    parent: str | None = None
    for chapter in work.chapters.of_branch(branch_id):
        chapter_segments = 0
        words = 0
        for segment in work.segments.of_revision(chapter.revision.id):
            place = f"chapter {chapter.number}, segment {segment.position}"
            snapshot = work.snapshots.get(segment.key)
            found = _segment_problems(segment, snapshot, parent, chapter_segments)
            problems.extend(f"{place}: {problem}" for problem in found)
            segments += 1
            snapshots += snapshot is not None
            chapter_segments += 1
            words += segment.words
            parent = segment.key
        problems.extend(_chapter_problems(chapter, chapter_segments, words))
    return Verification(segments, snapshots, tuple(problems))


def _segment_problems(
    segment: SegmentRecord, snapshot: SnapshotRecord | None, parent: str | None, position: int
) -> Iterator[str]:
    if segment.position != position:
        yield f"stands at position {segment.position} where {position} was expected"
    if segment.words != count_words(segment.text):
        yield f"holds {count_words(segment.text)} words, {segment.words} are recorded"
    if parent is not None and segment.parent_key != parent:
        yield f"does not follow the segment before it (parent {segment.parent_key[:12]})"
    if snapshot is None:
        yield f"its memory snapshot {segment.key[:12]} is missing"
        return
    model, adapter = snapshot.model_fingerprint, snapshot.adapter_fingerprint
    if parent is None and segment.parent_key != genesis_key(model, adapter):
        yield "does not start from the initial memory"
    if segment_key(segment.parent_key, segment.text, model, adapter) != segment.key:
        yield f"its text does not match its key {segment.key[:12]}"
    yield from _snapshot_problems(snapshot)


def _snapshot_problems(snapshot: SnapshotRecord) -> Iterator[str]:
    if hashlib.sha256(snapshot.data).hexdigest() != snapshot.data_sha256:
        yield f"the bytes of snapshot {snapshot.key[:12]} have changed"
        return
    try:
        memory = parse_memory(snapshot.data)
    except MemoryStateError as error:
        yield f"snapshot {snapshot.key[:12]}: {error.message}"
        return
    expected = (snapshot.model_fingerprint, snapshot.adapter_fingerprint)
    if (memory.model_fingerprint, memory.adapter_fingerprint) != expected:
        yield f"snapshot {snapshot.key[:12]} names another model or adapter than its bytes"


def _chapter_problems(chapter: ChapterRecord, segments: int, words: int) -> Iterator[str]:
    revision = chapter.revision
    if (revision.num_segments, revision.words) != (segments, words):
        yield (
            f"chapter {chapter.number}: {segments} segments with {words} words are stored, "
            f"{revision.num_segments} with {revision.words} recorded"
        )
