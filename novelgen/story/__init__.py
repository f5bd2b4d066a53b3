"""What a book is to be and to stay: its voice, and what is known about its story."""
