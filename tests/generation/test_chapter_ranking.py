"""Of several drafts of a chapter the one is kept in which least looks odd."""

from novelgen.generation.events import ChapterRedrafted
from novelgen.generation.novel_settings import WritingPart
from novelgen.generation.regeneration import Redraft
from tests.generation.conftest import Desks
from tests.generation.test_guard_and_ranking import Spoiling, with_a_footnote


def test_a_draft_with_findings_is_passed_over(desks: Desks) -> None:
    desk = desks.desk(600, chapters=1, without=(WritingPart.GUARD,))
    desk.write()
    revisions: list[int] = []

    def spoilt_at_first(text: str) -> str:
        revisions.append(1)
        return with_a_footnote(text) if len(revisions) <= 2 else text

    events = desk.redraft(
        Redraft(1, drafts=2), engine=Spoiling(lambda _request, _row, text: spoilt_at_first(text))
    )
    (redrafted,) = [event for event in events if isinstance(event, ChapterRedrafted)]
    assert redrafted.revision == redrafted.drafts[1]
    assert "[edit]" not in desk.text(1)
    with desk.store.reading() as work:
        found = [
            len(work.findings.of_revision(desk.fresh().active_branch_id, revision.id))
            for revision in work.chapters.revisions(desk.novel.id, 1)
            if revision.number in redrafted.drafts
        ]
    assert sorted(found) == [0, max(found)]
    assert max(found) > 0
