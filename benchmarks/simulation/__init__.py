"""Hosted Magica with its real limits, in time that passes as fast as the computer can."""
