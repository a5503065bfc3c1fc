"""What may be told of runs and sensors that fail.

Dagster keeps the fault of a step as text, in its log of events: classes and places are found in it there, for any run,
whatever process it was in, and by whatever it was started.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg
from dagster_shared.error import SerializableErrorInfo
from structlog.types import EventDict, WrappedLogger

from schema.error_reports import report
from schema.faults import Place, Raised, is_expected, outline, place
from schema.logs import told_of

OUR_ERRORS = ("schema.errors.", "ingest.errors.")
# As the traceback module writes a frame; its second line is the code.
_FRAME = re.compile(r'\s*File "(.+)", line (\d+), in (\S+)\n')


def asset_of(event: dg.DagsterEvent) -> str:
    """The asset of a step, such as library/users; empty for what is no step's."""
    return (event.step_key or "").replace("__", "/")


def report_failed_run(run: dg.DagsterRun, ended: dg.DagsterEvent, failures: Sequence[dg.DagsterEvent]) -> None:
    """Report each step that failed; of a run that ended without one, such as one that was killed, the end itself."""
    named = {"run_id": run.run_id, "job": run.job_name}
    for event in failures:
        data = event.step_failure_data
        faults = outline_of(data.error)
        is_told = data.user_failure_data is not None or any(one.kind.startswith(OUR_ERRORS) for one in faults)
        report(faults, named | {"asset": asset_of(event)}, "warning" if is_told else "error")
    if not failures:
        # What Dagster declares failed from outside has no data.
        end = ended.job_failure_data if ended.event_specific_data else None
        reason = end.failure_reason.value if end and end.failure_reason else "UNKNOWN"
        report(outline_of(end.error if end else None) or [Raised(f"dagster.RunFailure.{reason}")], named)


@contextmanager
def reported(sensor: str) -> Iterator[None]:
    """Report what a sensor's tick fails with, which goes on to Dagster."""
    try:
        yield
    except Exception as error:
        if not is_expected(error):
            report(outline(error), {"sensor": sensor})
        raise


def outline_of(error: SerializableErrorInfo | None) -> list[Raised]:
    """The fault of a step without Dagster's own exceptions around it, the first cause first."""
    while error is not None and (error.cls_name or "").startswith("DagsterExecution") and error.cause:
        error = error.cause
    faults = []
    while error is not None:
        faults.append(Raised(_kind(error), tuple(_places(error.stack))))
        error = error.cause or error.context
    return faults[::-1]


def _kind(error: SerializableErrorInfo) -> str:
    """The class with its module, which stands before the message."""
    name = error.cls_name or "Unknown"
    named = error.message.partition(":")[0].strip()
    return named if re.fullmatch(rf"([\w<>]+\.)*{re.escape(name)}", named) else name


def _places(stack: Sequence[str]) -> Iterator[Place]:
    for entry in stack:
        if found := _FRAME.match(entry):
            yield place(found[1], int(found[2]), found[3])


def tell_run_event(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Dagster's lines by run, step and event, and of a fault what may be told: a processor for `configure_logs`."""
    told = getattr(line["_record"], "dagster_meta", None)
    if told is None:
        return line
    event = told.get("dagster_event")
    named = {"run_id": told.get("run_id"), "job": told.get("job_name"), "step": told.get("step_key")}
    line.update({name: value for name, value in named.items() if value})
    line["event"] = told["orig_message"] if event is None else event.event_type.name
    if event is not None and (faults := outline_of(getattr(event.event_specific_data, "error", None))):
        line["exception"] = [told_of(one) for one in faults]
    return line
