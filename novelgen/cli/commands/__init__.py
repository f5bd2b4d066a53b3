"""One module a command or a family of commands. Heavy imports stay inside functions."""
