"""The fleet of a PostgreSQL database on a screen: its queue, its workers, what they are told."""
