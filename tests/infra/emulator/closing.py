"""How a gap is closed: a function of ours answers an action in place of moto's."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores

Answer = Callable[[Any], Any]


def answers(service: type[BaseResponse]) -> Callable[[Answer], Answer]:
    """Let the function answer the action of its name."""

    def add(answer: Answer) -> Answer:
        setattr(service, answer.__name__, answer)
        return answer

    return add


def extends(service: type[BaseResponse]) -> Callable[[Callable[[Any, Answer], Any]], Answer]:
    """Let the function answer the action of its name; it gets moto's answer to build on."""

    def add(answer: Callable[[Any, Answer], Any]) -> Answer:
        original: Answer = getattr(service, answer.__name__)

        def extended(request: Any) -> Any:
            return answer(request, original)

        setattr(service, answer.__name__, extended)
        return extended

    return add


def remember(resource: object, parameters: Mapping[str, Any], names: Iterable[str]) -> None:
    """Keep what the caller set, so that it is told when the resource is described."""
    for name in names:
        if parameters.get(name) is not None:
            setattr(resource, camelcase_to_underscores(name), parameters[name])
