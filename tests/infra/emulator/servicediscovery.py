"""AWS Cloud Map: a namespace takes its zone with it."""

import json
from typing import Any

from moto.route53.models import route53_backends
from moto.servicediscovery.responses import ServiceDiscoveryResponse

from tests.infra.emulator.closing import extends


@extends(ServiceDiscoveryResponse)
def delete_namespace(request: Any, original: Any) -> Any:
    """AWS deletes the private zone that it made for the namespace."""
    namespace = request.servicediscovery_backend.get_namespace(json.loads(request.body)["Id"])
    answer = original(request)
    if zone := (namespace.dns_properties or {}).get("HostedZoneId"):
        route53_backends[request.current_account]["aws"].delete_hosted_zone(zone)
    return answer
