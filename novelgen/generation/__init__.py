"""The story loop: passages, segments, chapters, the novel. Yields events; knows no screen."""
