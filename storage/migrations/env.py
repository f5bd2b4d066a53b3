"""Runs the migrations on the connection that `storage.schema` hands over.

The caller has begun the transaction and commits it, so that several migrations are one step.
"""

from alembic import context

from storage.tables import Row

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Row.metadata, render_as_batch=True)
context.run_migrations()
