"""What is known of a story, and how it is told: its past, people, promises and voice."""
