"""How to start the dashboard's server: what Streamlit must be told, but for the look (`.streamlit/config.toml`)."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schema.settings import Settings

SERVER = Path(__file__).resolve().parent / "server.py"
SCRIPT = Path(__file__).resolve().parent / "app.py"
MAX_UPLOAD_MEGABYTES = 64

_OPTIONS: dict[str, str | int] = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.maxUploadSize": MAX_UPLOAD_MEGABYTES,
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    # Drawn for a terminal, the faults of pages would pass by the logs, and by what reports them.
    "logger.enableRich": "false",
    # The tables' own export would write cells that spreadsheets run as formulas; `downloads` writes safe ones.
    "client.disableDataExport": "true",
}


def command(settings: Settings) -> list[str]:
    """The command that serves the dashboard; run it with `environment(settings)` added to the environment."""
    production = settings.environment == "production"
    options = _OPTIONS | {
        "server.port": settings.dashboard_port,
        "server.address": "0.0.0.0" if production else "127.0.0.1",  # noqa: S104 (a container's own network)
        "client.showErrorDetails": "none" if production else "full",
        # It is no line of a log.
        "logger.hideWelcomeMessage": str(production).lower(),
    }
    if settings.dashboard_url:
        # Otherwise it asks a server on the internet for this machine's address.
        options["browser.serverAddress"] = urlsplit(settings.dashboard_url).hostname or ""
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(SERVER), *flags]


def environment(settings: Settings) -> dict[str, str]:
    """Variables to add for the server: secrets, which a command line would show to every user of the machine."""
    return {"STREAMLIT_SERVER_COOKIE_SECRET": settings.cookie_secret.get_secret_value()}


def provider_secrets(settings: Settings) -> dict[str, Any] | None:
    """What `st.login` wants to know of the identity provider; None where there is none."""
    if not settings.signs_in_by_provider:
        return None
    return {
        "auth": {
            "redirect_uri": f"{settings.dashboard_url.rstrip('/')}/oauth2callback",
            "cookie_secret": settings.cookie_secret.get_secret_value(),
            "client_id": settings.oidc_client_id,
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": settings.oidc_metadata_url,
        }
    }
