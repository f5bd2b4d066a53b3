"""The versions of the text: revisions of a chapter, changes, branches."""
