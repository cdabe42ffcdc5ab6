"""Sounds that are made here: speech, music and effects, the same every time."""
