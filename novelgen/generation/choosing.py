"""Puts another draft of a passage in the place of the one that was kept, as a person's edit.

The words are a machine's all the same, so that locked passages are left alone.
"""

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.editing import ChapterText, Edited, edit_chapter
from novelgen.generation.passage_locks import require_unlocked
from novelgen.manuscript.passages_seen import SeenPassage
from novelgen.text.manuscript_text import HandedIn
from storage.store import Store


def choose_draft(store: Store, before: ChapterText, passage: SeenPassage, number: int) -> Edited:
    """Take draft `number` of a passage, as `show --candidates` counts them from 1.

    Raises `NotFoundError` for a draft that there is not, `UsageError` when none of the passage's
    drafts stands in the chapter any more, one stands there twice, or a locked passage is in it.
    """
    drafts = [draft["text"].strip() for draft in passage.seen["candidates"]]
    if not 1 <= number <= len(drafts):
        raise NotFoundError(
            f"Passage {passage.number} has {len(drafts)} drafts; there is no draft {number}.",
            "`novelgen show NOVEL --candidates` shows them.",
        )
    wanted = drafts[number - 1]
    if not wanted:
        raise UsageError(f"Draft {number} of passage {passage.number} is empty.", "Take another.")
    return put_in_place(store, before, standing_draft(before, passage), wanted)


def standing_draft(before: ChapterText, passage: SeenPassage) -> str:
    """The draft of a passage that stands in the chapter, once.

    Raises `UsageError` when none does any more, or one stands there twice.
    """
    for draft in passage.seen["candidates"]:
        standing = str(draft["text"]).strip()
        places = before.text.count(standing) if standing else 0
        if places == 1:
            return standing
        if places > 1:
            raise UsageError(
                f"The text of passage {passage.number} stands {places} times in the chapter.",
                "Change it with `novelgen edit`.",
            )
    raise UsageError(
        f"No draft of passage {passage.number} stands in the chapter as it was drawn.",
        "It was edited since; change it with `novelgen edit`.",
    )


def put_in_place(store: Store, before: ChapterText, standing: str, wanted: str) -> Edited:
    """Put a text in the place of one that stands in the chapter, once.

    Raises `UsageError` where a locked passage would change, and what `edit_chapter` raises.
    """
    text = before.text.replace(standing, wanted, 1).strip()
    with store.reading() as work:
        require_unlocked(work, before.branch_id, before.number, before.text, [text])
    return edit_chapter(store, before, HandedIn(text, None))
