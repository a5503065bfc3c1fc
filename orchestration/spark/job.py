"""Compute the models that a plan holds over Parquet files, and commit what was found: `python job.py <plan.json>`.

Stands alone, on the standard library and PySpark with its Py4J, in the words of Python 3.9: a cluster's Python knows
nothing of this project. orchestration/spark/plan.py says what is in a plan. A model's rows are written aside, to
`<derived>/<model>/v=<job>/`; when all models are, a marker of each day (or of the whole) is put in place, and only what
a marker names is read. A job that ends before leaves everything as it was. A report is written in any case; where
Dagster started the job and its module is there, it is also told what is done while that goes on.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["TZ"] = "UTC"
time.tzset()
# Else the workers are whatever python3 is on the PATH.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

from py4j.protocol import Py4JError, Py4JNetworkError  # noqa: E402 - after the workers' Python is said
from pyspark.errors import AnalysisException  # noqa: E402
from pyspark.sql import DataFrame, SparkSession  # noqa: E402
from pyspark.sql.functions import col, count, lit  # noqa: E402
from pyspark.sql.types import StringType, StructType  # noqa: E402

Say = Callable[[str], None]

ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # As PostgreSQL: a number that is too large is a fault, not another number; a backslash is a backslash.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parser.escapedStringLiterals": "true",
    # A page that is damaged is a fault, not other events.
    "parquet.page.verify-checksum.enabled": "true",
}
PART = "dt"
SHUFFLED_BYTES = 16 * 1024 * 1024
"""Of the files that are read, for which a shuffle has a part: some 700,000 events, for one core and its memory."""


def main(place: str) -> int:
    """Run the plan at a path or address; returns the exit code."""
    began = time.monotonic()
    memory = Memory()
    memory.start()
    plan: dict[str, Any] = {}
    report: dict[str, Any] = {"models": [], "fault": None}
    spark = None
    try:
        if "://" in place:
            spark = SparkSession.builder.getOrCreate()
            plan = json.loads(spark.read.text(place, wholetext=True).first()[0])
        else:
            plan = json.loads(Path(place).read_text(encoding="utf-8"))
            spark = started(plan["spark"])
        report.update(job=plan["job"], spark=spark.version, start_s=seconds_since(began))
        with telling() as say:
            run(spark, plan, report, memory, say)
    except Exception as error:  # whatever it is, the report tells it
        report["fault"] = told(error, plan, report)
        traceback.print_exc()
    report.update(seconds=seconds_since(began), peak_mb=memory.peak_of_all)
    text = json.dumps(report, indent=1)
    if plan:
        put(spark, plan["report"], text)
    return 1 if report["fault"] else 0


def started(settings: dict[str, str]) -> SparkSession:
    """A session of this machine's own."""
    builder = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def telling() -> Iterator[Say]:
    """What tells Dagster a line, where that listens, and else the log; a cluster's Python may be too old for that."""
    try:
        import dagster_pipes  # noqa: PLC0415 - it need not be there
    except (ImportError, SyntaxError):
        listens = False
    else:
        listens = "DAGSTER_PIPES_MESSAGES" in os.environ
    if not listens:
        yield print
        return
    with dagster_pipes.open_dagster_pipes() as pipes:
        yield pipes.log.info


def run(spark: SparkSession, plan: dict[str, Any], report: dict[str, Any], memory: Memory, say: Say) -> None:
    """Compute and write every model, then commit them all."""
    for name, value in ALWAYS.items():
        spark.conf.set(name, value)
    spark.udf.register("lower_nfkc", lower_nfkc, StringType())
    read_bytes = 0
    for name, given in plan["inputs"].items():
        report["doing"] = name
        frame = read(spark, given["files"], given["schema"])
        frame.createOrReplaceTempView(name)
        read_bytes += size_of(frame) if given["files"] else 0
    # Spark joins parts that turn out small, and parts none that turns out large.
    parts = max(int(spark.conf.get("spark.sql.shuffle.partitions")), -(-read_bytes // SHUFFLED_BYTES))
    spark.conf.set("spark.sql.shuffle.partitions", str(parts))
    report.update(read_mb=read_bytes // 1_000_000, shuffle_parts=parts)
    if plan["days"] is not None:
        days_of(spark, plan["days"]).createOrReplaceTempView("int_activity_days")
    markers = []
    for model in plan["models"]:
        report["doing"] = model["name"]
        if model["is_view"]:
            spark.sql(model["text"]).createOrReplaceTempView(model["name"])
            continue
        memory.begin()
        began = time.monotonic()
        found = write(spark, model, plan)
        markers += found
        figures = {"rows": sum(marker["rows"] for _, marker in found), "parts": len(found)}
        told_of = {"name": model["name"], "seconds": seconds_since(began), "peak_mb": memory.peak}
        report["models"].append({**told_of, **figures})
        say("{name}: {rows:,} rows, {seconds} s, {peak_mb} MB".format(**told_of, **figures))
    report.pop("doing", None)
    for place, marker in markers:
        put(spark, place, json.dumps(marker))


def read(spark: SparkSession, files: list[str], schema: str | None) -> DataFrame:
    """The rows of Parquet files; a schema says what is in none."""
    if files:
        reader = spark.read.schema(schema) if schema else spark.read
        return reader.parquet(*files)
    if schema is None:
        raise ValueError("has neither files nor a schema")
    return spark.createDataFrame([], schema)


def size_of(frame: DataFrame) -> int:
    """The bytes of a frame's files."""
    return int(frame._jdf.queryExecution().optimizedPlan().stats().sizeInBytes())


def days_of(spark: SparkSession, days: dict[str, int]) -> DataFrame:
    """The days to compute with their revisions, as int_activity_days."""
    rows = spark.createDataFrame(sorted(days.items()), "day string, revision bigint")
    dropped = lit(None).cast("timestamp").alias("events_dropped_at")
    return rows.select(col("day").cast("date").alias("activity_date"), "revision", dropped)


def write(spark: SparkSession, model: dict[str, Any], plan: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Write a model's rows aside; returns its markers with their places. What follows reads what was written."""
    name, by = model["name"], model["partition"]
    folder = f"{plan['derived']}/{name}"
    version = f"v={plan['job']}"
    frame = spark.sql(model["text"])
    columns = frame.columns
    if by:
        # Files of a good size, of one part each, however many rows a part has.
        frame.createOrReplaceTempView("unparted")
        frame = spark.sql(f"select /*+ rebalance({by}) */ *, cast({by} as string) as {PART} from unparted")
    writer = frame.write.mode("overwrite").option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    (writer.partitionBy(PART) if by else writer).parquet(f"{folder}/{version}")
    written = read_again(spark, f"{folder}/{version}", frame.schema)
    written.select(*columns).createOrReplaceTempView(name)
    files = [f"{version}/" + address.split(f"/{version}/", 1)[1] for address in written.inputFiles()]
    if not by:
        marker = {"version": plan["job"], "files": sorted(files), "rows": written.count(), "text": model["hash"]}
        return [(f"{folder}/_whole.json", marker)]
    rows = {str(part): many for part, many in written.groupBy(PART).agg(count(lit(1))).collect()}
    revisions = plan["days"] or {} if by == "activity_date" else {}
    return [
        (
            f"{folder}/_parts/{part}.json",
            {
                "version": plan["job"],
                "files": sorted(file for file in files if file.startswith(f"{version}/{PART}={part}/")),
                "rows": rows.get(part, 0),
                "revision": revisions.get(part),
                "text": model["hash"],
            },
        )
        for part in sorted({*rows, *revisions})
    ]


def read_again(spark: SparkSession, folder: str, schema: StructType) -> DataFrame:
    """What was written to a folder; where that was nothing, not every file system has the folder."""
    try:
        return spark.read.schema(schema).parquet(folder)
    except AnalysisException as missing:
        if "PATH_NOT_FOUND" not in str(missing):
            raise
        return spark.createDataFrame([], schema)


def put(spark: SparkSession | None, place: str, text: str) -> None:
    """Write a small file as a whole: whoever reads sees the old one or the new one."""
    if "://" in place:
        path = spark._jvm.org.apache.hadoop.fs.Path(place)  # type: ignore[union-attr]
        stream = path.getFileSystem(spark._jsc.hadoopConfiguration()).create(path)  # type: ignore[union-attr]
        stream.write(bytearray(text, "utf-8"))
        stream.close()
        return
    target = Path(place)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target)


def lower_nfkc(text: str | None) -> str | None:
    """NFKC form in small letters, letter by letter as PostgreSQL has it: each becomes one, wherever it stands."""
    if text is None or text.isascii():
        return text and text.lower()
    return "".join(letter.lower()[:1] for letter in unicodedata.normalize("NFKC", text))


def told(error: Exception, plan: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    """A fault in words: what was being done, which file it is about, what to do."""
    doing = report.pop("doing", "anything")
    text = str(error)
    file = next(iter(re.findall(r"(?:file|s3a?)://?[^\s,;}\]]+\.parquet", text)), None)
    file = file and re.sub(r"^file:/+", "/", file)
    heap = plan.get("spark", {}).get("spark.driver.memory", "")
    if "OutOfMemoryError" in text or "GC overhead" in text:
        file = None
        sentence = f"Spark ran out of memory; give it more than {heap} (PROMPTORY_SPARK_MEMORY)"
    elif "must be at least" in text and "heap size" in text:
        sentence = f"Spark cannot start with {heap} of memory; give it 512m at least (PROMPTORY_SPARK_MEMORY)"
    elif isinstance(error, (Py4JNetworkError, ConnectionError, EOFError)) or type(error) is Py4JError:
        file = None
        sentence = f"Spark ended, for lack of memory most likely; give it more than {heap} (PROMPTORY_SPARK_MEMORY)"
    elif "is not a Parquet file" in text or "Could not read footer" in text or "CANNOT_READ_FILE_FOOTER" in text:
        sentence = f"{file or 'a file'} is no Parquet file, or not a whole one; {remedy(file)}"
    elif "PATH_NOT_FOUND" in text or "FileNotFoundException" in text:
        sentence = f"{file or 'a file'} is not there; {remedy(file)}"
    elif "Parquet column cannot be converted" in text or "SchemaColumnConvertNotSupported" in text:
        sentence = f"{file or 'a file'} has a column of another type than it should have; {remedy(file)}"
    else:
        sentence = text.strip().splitlines()[0][:500] if text.strip() else type(error).__name__
    return {"model": doing, "file": file, "sentence": sentence}


def remedy(file: str | None) -> str:
    """What to do about a file that is lost or damaged, by the folder that it is in."""
    event = re.search(r"/activity/dt=([0-9-]{10})/[^/]+$", file or "")
    if event:
        again = f"promptory lake write FILES, or --loaded --from {event[1]} --to {event[1]}"
        return f"take it out with promptory lake mend {event[1]}, and write the day again: {again}"
    computed = re.search(r"^(.*/derived/[^/]+)/v=[^/]+/dt=([0-9-]{10})/[^/]+$", file or "")
    if computed:
        marker = f"{computed[1]}/_parts/{computed[2]}.json"
        return f"materialize lake_days of {computed[2]} in Dagster, or delete {marker} and run promptory refresh"
    return "run promptory refresh again"


class Memory(threading.Thread):
    """The most memory that this process and those it started held together, in MB; None where /proc tells nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak: int | None = None
        self.peak_of_all: int | None = None

    def begin(self) -> None:
        """Look for a new peak."""
        self.peak = None

    def run(self) -> None:
        """Look twice a second."""
        while Path("/proc/self/smaps_rollup").exists():
            held = held_mb()
            self.peak, self.peak_of_all = max(self.peak or 0, held), max(self.peak_of_all or 0, held)
            time.sleep(0.5)


def held_mb() -> int:
    """Memory of this process and of all below it; what several share counts once, as a process that forks would."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            stat = told_by(folder / "stat").rpartition(")")[2].split()
            parents[int(folder.name)] = int(stat[1]) if stat else 0
    ours = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    shares = [re.search(r"^Pss: +(\d+)", told_by(Path(f"/proc/{one}/smaps_rollup")), re.MULTILINE) for one in ours]
    return sum(int(share[1]) for share in shares if share) * 1024 // 1_000_000


def told_by(file: Path) -> str:
    """What a file says of a process, nothing where that has ended."""
    try:
        return file.read_text()
    except OSError:
        return ""


def seconds_since(began: float) -> float:
    """Seconds, to the tenth."""
    return round(time.monotonic() - began, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
