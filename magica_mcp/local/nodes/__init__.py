"""What each node type does when it runs."""
