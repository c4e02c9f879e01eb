"""The sweep of ambiguity: orders of which nobody knows what became, by the thousand."""
