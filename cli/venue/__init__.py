"""`benthic venue`: the simulated exchange on a port of this machine, and its recordings."""

from .commands import command

__all__ = ["command"]
