"""The simulated exchange: markets, dialects, faults, and the wire they are reached through.

The matching rules are not here: they are `benthic.actors.matching`, which this folder drives.
"""
