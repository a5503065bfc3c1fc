"""The dashboard as one ASGI application: Streamlit's pages, with the forms of `dashboard.accounts` beside them."""

import streamlit as st

from dashboard.accounts.routes import account_routes
from dashboard.launch import SCRIPT, provider_secrets
from schema.logs import configure_logs
from schema.passwords import warm_up
from schema.settings import get_settings

configure_logs(get_settings().log_level)
warm_up()
app = st.App(SCRIPT, routes=account_routes(get_settings()), secrets=provider_secrets(get_settings()))
