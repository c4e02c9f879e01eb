"""`benthic run`: bots in the foreground, live or on paper, until they are told to stop."""

from .command import command

__all__ = ["command"]
