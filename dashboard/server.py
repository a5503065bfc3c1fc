"""The dashboard as one ASGI application: Streamlit's pages, with our own routes beside them."""

import gc
import pkgutil
from importlib import import_module

import streamlit as st

import dashboard
from dashboard.accounts.routes import account_routes
from dashboard.launch import SCRIPT, provider_secrets
from dashboard.pictures.routes import picture_routes
from dashboard.readiness import ready_route
from schema.error_reports import report_errors
from schema.logs import configure_logs
from schema.passwords import warm_up
from schema.pictures import picture_store
from schema.settings import get_settings

_RUN_WHEN_IMPORTED = ("dashboard.app", "dashboard.app_pages", "dashboard.server")


def _import_all() -> None:
    """Import what pages are made of, and set it aside from what is looked through for garbage.

    Streamlit looks through everything after each run of a script, while no other script can run: a seventh of a second
    for what never becomes garbage.
    """
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if not module.name.startswith(_RUN_WHEN_IMPORTED):
            import_module(module.name)
    gc.collect()
    gc.freeze()


configure_logs(get_settings())
report_errors("dashboard")
warm_up()
_import_all()
routes = [ready_route(), *account_routes(get_settings()), *picture_routes(picture_store())]
app = st.App(SCRIPT, routes=routes, secrets=provider_secrets(get_settings()))
