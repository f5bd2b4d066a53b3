"""The bible: who and what there is, the voice, the promises, what is to check."""
