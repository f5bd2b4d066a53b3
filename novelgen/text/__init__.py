"""Pure functions over prose: counting, cutting, cleaning, budgets. No torch, no database."""
