"""What is known of a story: what happened, who is in it, what is true of them, what it promised."""
