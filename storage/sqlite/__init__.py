"""What is particular to SQLite: connections and transactions, errors, locks. See the modules."""
