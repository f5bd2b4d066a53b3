"""From a premise to chapters and beats with word budgets."""
