"""A fleet: many workers, on many machines, that write the novels of one PostgreSQL database.

What is to do is a queue in the database, and the database is all that workers share. Nothing here
knows how an engine is loaded or a screen drawn; only `ray_cluster` and `actor_share` know Ray.
"""
