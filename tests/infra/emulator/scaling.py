"""Application Auto Scaling: targets have tags."""

import json
from collections import defaultdict
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from tests.infra.emulator.closing import answers, extends

_tags: dict[str, dict[str, str]] = defaultdict(dict)


@extends(ApplicationAutoScalingResponse)
def register_scalable_target(request: Any, original: Any) -> Any:
    """AWS takes tags with the target."""
    answer = original(request)
    _tags[json.loads(answer)["ScalableTargetARN"]].update(request._get_param("Tags") or {})
    return answer


@answers(ApplicationAutoScalingResponse)
def list_tags_for_resource(request: Any) -> str:
    """AWS lists the tags of a target."""
    return json.dumps({"Tags": _tags[request._get_param("ResourceARN")]})


@answers(ApplicationAutoScalingResponse)
def tag_resource(request: Any) -> str:
    """AWS adds tags to a target."""
    _tags[request._get_param("ResourceARN")].update(request._get_param("Tags"))
    return "{}"


@answers(ApplicationAutoScalingResponse)
def untag_resource(request: Any) -> str:
    """AWS takes tags off a target."""
    for key in request._get_param("TagKeys"):
        _tags[request._get_param("ResourceARN")].pop(key, None)
    return "{}"
