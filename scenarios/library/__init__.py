"""Scripts that come along: each breaks one bot in one way, and says what must hold all the same."""
