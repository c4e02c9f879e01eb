"""Supervision: what is started, restarted and stopped, in which order; and the turn boundary.

The only place that catches every exception: what a handler raises becomes a report here.
"""
