"""What several places are made of."""
