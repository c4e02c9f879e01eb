"""The root of the tree: configuration as values, and the bot built from it."""
