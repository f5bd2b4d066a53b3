"""Plain text into blocks."""
