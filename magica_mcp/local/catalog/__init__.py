"""The models that local Magica offers, as data, and what can be read from it."""

from magica_mcp.local.catalog.catalog import Catalog, ModelRef, load_catalog
from magica_mcp.local.catalog.prices import Measured

__all__ = ["Catalog", "Measured", "ModelRef", "load_catalog"]
