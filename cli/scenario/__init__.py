"""`benthic scenario`: lists, runs, replays and shows scenarios."""

from .commands import command

__all__ = ["command"]
