"""The resident engine: one process that keeps a loaded model warm between a person's actions.

Commands and screens reach it through `ResidentEngine`, an `Engine` like any other. It is a fresh
interpreter with the person's rights, reached through a local socket and a secret, and it ends
itself when nobody has asked it for anything for a while. A novel never depends on it: all that is
written lies in the database, and without it a model is loaded where it is needed.
"""
