"""How long a test waits for what happens in real time; where that is the claim, time is virtual."""

LONG_ENOUGH = 120.0
"""Seconds, on the slowest and busiest machine: only a test that fails ever waits for so long."""
