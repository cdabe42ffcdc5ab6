"""Which thing a name means, however it is written, and what to offer when it means none."""

from magica_mcp.names.folding import fold
from magica_mcp.names.matching import Candidate, Match
from magica_mcp.names.resolution import (
    Found,
    Origin,
    Resolution,
    nearest,
    require_certain,
    resolve,
)

__all__ = [
    "Candidate",
    "Found",
    "Match",
    "Origin",
    "Resolution",
    "fold",
    "nearest",
    "require_certain",
    "resolve",
]
