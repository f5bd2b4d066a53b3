"""What is wrong with prose, found without a model: each finding names its place. Pure."""
