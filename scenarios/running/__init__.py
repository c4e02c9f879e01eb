"""Runs scenarios: reads them, plays them, keeps what failed, makes it smaller."""
