"""How many examples property tests try: few and always the same ones, unless more are asked for."""

import os

from hypothesis import settings

IS_THOROUGH = bool(os.environ.get("MAGICA_TEST_THOROUGH"))
"""Whether many new examples are tried, which takes minutes."""


def tries(few: int, *, many: int) -> settings:
    return settings(
        max_examples=many if IS_THOROUGH else few,
        deadline=None,
        derandomize=not IS_THOROUGH,
        database=None,
    )
