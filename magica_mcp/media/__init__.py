"""Files on this machine: what results are called and how they are written."""
