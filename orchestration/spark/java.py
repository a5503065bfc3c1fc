"""What Spark needs on this machine: PySpark in this environment, and Java 17."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from schema.errors import SettingsError
from schema.settings import get_settings

JAVA = 17
_NO_JAVA = f"install a Java {JAVA} runtime (such as openjdk-{JAVA}-jre-headless), or let JAVA_HOME name one"


def java_for_spark() -> str:
    """The path of the Java that Spark runs on.

    Raises:
        SettingsError: PySpark or Java is missing, or Java is another release; the message says what to install.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SettingsError("PySpark is not installed: run `make spark`, or install promptory[spark].")
    home = get_settings().java_home
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None:
        raise SettingsError(f"Spark needs Java, and there is none: {_NO_JAVA}.")
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        raise SettingsError(f"Spark needs Java, and {java} cannot be started: {_NO_JAVA}.") from None
    release = release_of(done.stderr)
    if release != JAVA:
        raise SettingsError(f"Spark needs Java {JAVA}, and {java} is {release or 'of no known release'}: {_NO_JAVA}.")
    return java


def release_of(version: str) -> int | None:
    """The release that `java -version` tells: 17 for 17.0.15, 8 for 1.8.0_392."""
    found = re.search(r'version "(?:1\.)?(\d+)', version)
    return int(found[1]) if found else None
