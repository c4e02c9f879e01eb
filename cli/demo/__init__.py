"""The demo: a bot that is crashed, killed and restored, with the bot in a process of its own."""

from .command import command

__all__ = ["command"]
