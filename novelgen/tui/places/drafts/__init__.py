"""The drafts of a chapter, passage by passage, side by side."""
