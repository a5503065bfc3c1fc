"""`python -m tests.infra.emulator PORT` serves the emulated AWS on that port of 127.0.0.1."""

import argparse
import os

# moto reads these once, when it is imported.
os.environ |= {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ACM_VALIDATION_WAIT": "1"}

from tests.infra.emulator import budgets, ec2, ecs, rds, s3, scaling, server  # noqa: E402, F401 -- each closes its gaps

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    server.serve(parser.parse_args().port)
