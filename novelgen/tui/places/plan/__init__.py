"""The plan: parts, chapters and beats."""
