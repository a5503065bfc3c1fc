"""`python -m tests.infra.emulator PORT` serves the emulated AWS on that port of 127.0.0.1."""

import argparse
import logging
import os

# moto reads these once, when it is imported.
os.environ |= {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ACM_VALIDATION_WAIT": "1"}

from tests.infra.emulator import (
    budgets,  # noqa: F401
    ec2,  # noqa: F401
    ecs,  # noqa: F401
    elbv2,  # noqa: F401
    emrserverless,  # noqa: F401
    iam,  # noqa: F401
    rds,  # noqa: F401
    route53,  # noqa: F401
    s3,  # noqa: F401
    scaling,  # noqa: F401
    server,
    servicediscovery,  # noqa: F401
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    server.serve(parser.parse_args().port)
