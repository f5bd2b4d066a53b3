"""The workbench in a terminal. Only this package knows Textual."""
