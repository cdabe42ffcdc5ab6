"""Where local Magica keeps its state: all SQL of the project's server side is in here."""
