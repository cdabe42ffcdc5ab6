"""Which Magica local Magica speaks as: itself, or the hosted service as far as it is documented."""

from enum import StrEnum


class Dialect(StrEnum):
    """HOSTED serves nothing that the contract only infers, and no local extension."""

    LOCAL = "local"
    HOSTED = "hosted"
