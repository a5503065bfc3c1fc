"""How much memory this process has held at most."""

import resource
import sys


def peak_mb() -> float:
    """The process's own peak of resident memory in megabytes; what the PostgreSQL server holds is not in it."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
