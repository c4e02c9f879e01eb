"""The trading actors, one folder an area; see ARCHITECTURE.md for their order."""
