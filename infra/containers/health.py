#!/usr/bin/env python3
"""Says by its exit code whether an address answers with 200: the images hold no curl."""

import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except (urllib.error.URLError, OSError) as fault:
    sys.exit(f"{sys.argv[1]}: {fault}")
