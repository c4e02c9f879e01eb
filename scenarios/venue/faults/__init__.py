"""Faults by plan: what goes wrong at the simulated exchange, when, and the record of it.

A plan is a value (`plan`), read from a file (`toml`) or changed by hand (`control`). `strike`
decides, `pushes`, `answers` and `state` carry out, `log` remembers.
"""
