"""`benthic data`: files of market data, and the store that they go into."""

from .commands import command

__all__ = ["command"]
