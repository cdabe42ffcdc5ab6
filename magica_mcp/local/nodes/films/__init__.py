"""Videos: previews that move, and the real work of joining, restyling and taking apart."""
