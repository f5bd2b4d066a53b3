"""One transaction on the database, with the repositories that read and write in it."""

from sqlalchemy.orm import Session

from storage.commit import append_segment, complete_chapter, require_epoch
from storage.records import ChapterCompletion, RevisionRecord, SegmentCommit, SegmentRecord
from storage.repositories.archive import ArchiveRepository
from storage.repositories.author_marks import AuthorMarkRepository
from storage.repositories.base import SessionHandle
from storage.repositories.bible import EntryRepository, FactRepository
from storage.repositories.branches import BranchRepository
from storage.repositories.changes import ChangeRepository
from storage.repositories.chapters import ChapterRepository
from storage.repositories.checks import CheckRepository
from storage.repositories.findings import FindingRepository
from storage.repositories.fleet_tasks import FleetTaskRepository
from storage.repositories.fleet_workers import FleetWorkerRepository
from storage.repositories.inbox import InboxRepository
from storage.repositories.novels import NovelRepository
from storage.repositories.passage_locks import PassageLockRepository
from storage.repositories.plans import PlanRepository
from storage.repositories.runs import RunRepository
from storage.repositories.segments import SegmentRepository
from storage.repositories.snapshots import SnapshotRepository
from storage.repositories.summaries import SummaryRepository
from storage.repositories.texts import TextRepository
from storage.repositories.threads import ThreadRepository
from storage.repositories.voices import VoiceRepository


class UnitOfWork:
    """What happens in it happens together or not at all. `Store` makes and ends it."""

    def __init__(self, session: Session) -> None:
        self._handle = SessionHandle(session)
        self.novels = NovelRepository(self._handle)
        self.branches = BranchRepository(self._handle)
        self.plans = PlanRepository(self._handle)
        self.chapters = ChapterRepository(self._handle)
        self.segments = SegmentRepository(self._handle)
        self.snapshots = SnapshotRepository(self._handle)
        self.runs = RunRepository(self._handle)
        self.texts = TextRepository(self._handle)
        self.inbox = InboxRepository(self._handle)
        self.checks = CheckRepository(self._handle)
        self.changes = ChangeRepository(self._handle)
        self.summaries = SummaryRepository(self._handle)
        self.entries = EntryRepository(self._handle)
        self.facts = FactRepository(self._handle)
        self.threads = ThreadRepository(self._handle)
        self.findings = FindingRepository(self._handle)
        self.voices = VoiceRepository(self._handle)
        self.passage_locks = PassageLockRepository(self._handle)
        self.archive = ArchiveRepository(self._handle)
        self.author_marks = AuthorMarkRepository(self._handle)
        self.fleet_tasks = FleetTaskRepository(self._handle)
        self.fleet_workers = FleetWorkerRepository(self._handle)

    def commit_segment(self, commit: SegmentCommit) -> SegmentRecord:
        """Add a segment with its memory and context, and count it in its revision, novel and run.

        Raises `HeadMoved`, and writes nothing, when the run epoch of the novel is another one;
        the chapter of the branch points at another revision; the revision is complete; the
        position is not its number of segments; or the parent key is not `expected_parent_key` or
        not the key of the segment before. The first segment of a chapter is taken on trust, for
        no stored key says what comes before it. Raises `RecordNotFound` for a novel, revision or
        run that does not exist.
        """
        record = append_segment(self._handle.session, commit)
        if commit.snapshot is not None:
            self.snapshots.keep(commit.snapshot)
        return record

    def complete_chapter(self, completion: ChapterCompletion) -> RevisionRecord:
        """Close a revision for good without another segment.

        Raises `HeadMoved`, and writes nothing, when the run epoch of the novel is another one, the
        chapter points at another revision, or the revision is closed; `RecordNotFound`.
        """
        return complete_chapter(self._handle.session, completion)

    def require_epoch(self, novel_id: str, epoch: int) -> None:
        """Raises `HeadMoved` when another run has taken the novel over; `RecordNotFound`."""
        require_epoch(self._handle.session, novel_id, epoch)

    def end(self) -> None:
        """Refuse everything from now on; records handed out stay good."""
        self._handle.end()
