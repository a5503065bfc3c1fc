"""How to start the dashboard's server: everything that Streamlit must be told is told here."""

import sys
from pathlib import Path

from schema.settings import Settings

APP = Path(__file__).resolve().parent / "app.py"
MAX_UPLOAD_MEGABYTES = 64

_OPTIONS: dict[str, str | int] = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.maxUploadSize": MAX_UPLOAD_MEGABYTES,
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    # The tables' own export would write cells that spreadsheets run as formulas; `downloads` writes safe ones.
    "client.disableDataExport": "true",
    "theme.light.primaryColor": "#1a6fa8",
    "theme.dark.primaryColor": "#2f86c5",
    "theme.baseRadius": "0.5rem",
}


def command(settings: Settings) -> list[str]:
    """The command that serves the dashboard; run it with `environment(settings)` added to the environment."""
    production = settings.environment == "production"
    options = _OPTIONS | {
        "server.port": settings.dashboard_port,
        "server.address": "0.0.0.0" if production else "127.0.0.1",  # noqa: S104 (a container's own network)
        "client.showErrorDetails": "none" if production else "full",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags]


def environment(settings: Settings) -> dict[str, str]:
    """Variables to add for the server: secrets, which a command line would show to every user of the machine."""
    return {"STREAMLIT_SERVER_COOKIE_SECRET": settings.cookie_secret.get_secret_value()}
