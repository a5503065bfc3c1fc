"""Amazon EMR Serverless: kinds in small letters, architectures and tags."""

from typing import Any
from urllib.parse import unquote

from moto.core.responses import ActionResult, EmptyResult
from moto.emrserverless import urls
from moto.emrserverless.models import Application, EMRServerlessBackend, JobRun
from moto.emrserverless.responses import EMRServerlessResponse

from tests.infra.emulator.closing import answers, extends

urls.url_paths |= {"{0}/tags/(?P<resourceArn>.+)$": EMRServerlessResponse.dispatch}

_made = EMRServerlessBackend.create_application


def _make(backend: EMRServerlessBackend, **given: Any) -> Application:
    """AWS takes `spark` for `SPARK`; what is made is not started before its first job."""
    application = _made(backend, **given | {"application_type": given["application_type"].upper()})
    application.state = "CREATED"
    return application


setattr(EMRServerlessBackend, "create_application", _make)  # noqa: B010 -- moto's class, not ours


@extends(EMRServerlessResponse)
def create_application(request: Any, original: Any) -> ActionResult:
    """AWS tells which architecture it was made for."""
    answer: ActionResult = original(request)
    made = request.emrserverless_backend.applications[answer.result["applicationId"]]  # type: ignore[index]
    made.architecture = request._get_param("architecture") or "X86_64"
    return answer


@answers(EMRServerlessResponse)
def list_tags_for_resource(request: Any) -> ActionResult:
    """AWS lists the tags of an application or a job."""
    return ActionResult({"tags": _tagged(request).tags})


@answers(EMRServerlessResponse)
def tag_resource(request: Any) -> ActionResult:
    """AWS adds tags."""
    tagged = _tagged(request)
    tagged.tags = (tagged.tags or {}) | request._get_param("tags")
    return EmptyResult()


@answers(EMRServerlessResponse)
def untag_resource(request: Any) -> ActionResult:
    """AWS takes tags off."""
    tagged = _tagged(request)
    tagged.tags = {key: value for key, value in (tagged.tags or {}).items() if key not in request._get_param("tagKeys")}
    return EmptyResult()


def _tagged(request: Any) -> Application | JobRun:
    _, _, name = unquote(request._get_param("resourceArn")).partition(":/applications/")
    application, _, job = name.partition("/jobruns/")
    backend: EMRServerlessBackend = request.emrserverless_backend
    return backend.get_job_run(application, job) if job else backend.get_application(application)
