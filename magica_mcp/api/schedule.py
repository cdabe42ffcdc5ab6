"""When the next look at a run is due: soon at first, then ever more patiently."""

FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
GROWTH = 1.6


def delay_before(look: int, *, elapsed: float) -> float:
    """Seconds to wait before a look (the first is 0), given the seconds waited so far.

    A tenth of the time already waited is never too long a pause, however slow the looks are.
    """
    grown = FIRST_DELAY * GROWTH ** min(look, 20)
    return min(max(grown, elapsed / 10), LONGEST_DELAY)
