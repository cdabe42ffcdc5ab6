"""What the assistant reads: each answer as text, from values, with the next step filled in."""
