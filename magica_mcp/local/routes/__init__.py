"""The REST surface of local Magica, a module per noun; `local.app` lists them."""
