"""The shapes that cross the wire, tolerant when read and strict when written."""
