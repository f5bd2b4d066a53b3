"""One repository for each kind of record. They read and write rows and hand out records."""
