"""Scenarios with a real process: `benthic run` as a child, real signals, an exchange on loopback.

See :doc:`scenarios`.
"""
