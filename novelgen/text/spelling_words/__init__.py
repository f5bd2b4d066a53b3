"""Words that the spelling library's English list lacks, as plain text files, one word a line."""
