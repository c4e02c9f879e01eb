"""The sweep of ambiguity: creates and cancels of which nobody knows what became, by the thousand."""
