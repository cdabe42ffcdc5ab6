"""Local Magica: the REST API of Magica on this machine."""
