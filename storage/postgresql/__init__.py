"""What is particular to PostgreSQL: connections and transactions, errors, locks.

Only a PostgreSQL address leads here, and only then is its driver (psycopg) imported.
"""
