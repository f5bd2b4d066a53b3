"""A planned novel whose chapters have beats already: version 2 of its plan."""

from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.generation.plan_editing import see_plan, store_document
from novelgen.planning.document import DocumentBeat
from tests.tui.conftest import TITLE

BEATS = ("Somebody comes.", "They talk all night.", "Somebody goes.")


@pytest.fixture
def plotted_home(planned_home: Path, bench: Workbench) -> Path:
    """Three chapters of 500 words, with three beats each; none is written."""
    seen = see_plan(bench.store, bench.find(TITLE).novel)
    (part,) = seen.document.parts
    chapters = tuple(
        replace(
            chapter,
            beats=tuple(
                DocumentBeat(f"{brief[:-1]} in {chapter.number}.", words, chapter.characters)
                for brief, words in zip(BEATS, (150, 200, 150), strict=True)
            ),
        )
        for chapter in part.chapters
    )
    document = replace(seen.document, parts=(replace(part, chapters=chapters),))
    store_document(bench.store, seen, document)
    return planned_home
