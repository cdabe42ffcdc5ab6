"""How local Magica executes runs: durably, node by node, each finished node once and for all."""
