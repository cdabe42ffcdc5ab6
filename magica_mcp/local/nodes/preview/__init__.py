"""Previews: honest stand-ins for generated pictures, drawn from the prompt and the seed."""
