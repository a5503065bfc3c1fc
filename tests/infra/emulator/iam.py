"""AWS IAM: boundaries of roles."""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from tests.infra.emulator.closing import extends


@extends(IamResponse)
def create_role(request: Any, original: Any) -> Any:
    """AWS refuses a boundary that does not exist."""
    boundary = request._get_param("PermissionsBoundary")
    if boundary and boundary not in iam_backends[request.current_account]["aws"].managed_policies:
        raise ServiceException("NoSuchEntity", f"Scope ARN: {boundary} does not exist or is not attachable.")
    return original(request)
