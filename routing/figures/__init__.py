"""How routing goes, in figures: each is defined where it is counted, and each has its rows.

A figure counts what happened in a period, by an index over the time of it, and ends in time: where
the whole period takes too long a shorter one is looked at, and the page says so.
"""
