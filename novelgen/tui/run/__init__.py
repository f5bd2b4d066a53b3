"""What goes on with a novel: watched from a thread, told as messages, started and stopped."""
