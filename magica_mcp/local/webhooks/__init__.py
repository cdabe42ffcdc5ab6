"""What a run tells its webhook: asked for at its start, queued with each change, then sent."""
