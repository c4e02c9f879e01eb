"""Worlds to break a bot in: what is simulated, and how chance and time are held in a run of it.

Nothing here is needed to trade; nothing below this folder knows of it.
"""
