"""What is spent: the record of every paid request."""
