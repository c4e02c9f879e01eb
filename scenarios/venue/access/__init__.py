"""Who may ask what, and how often: keys, signatures, time windows, limits, listen keys.

Nothing here knows what an order is. A refusal is an `ApiError`: the code and words of the venue.
"""
