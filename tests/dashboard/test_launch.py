"""How the dashboard is started."""

import subprocess
import sys

from pydantic import SecretStr
from streamlit import config

from dashboard.launch import SERVER, command, environment
from schema.settings import Settings


def production() -> Settings:
    return Settings(
        environment="production",
        cookie_secret=SecretStr("c" * 40),
        pseudonym_key=SecretStr("p" * 40),
        database_url=SecretStr("postgresql://reader:word@db/library"),
    )


def test_every_option_is_one_that_streamlit_knows() -> None:
    names = [flag[2:].partition("=")[0] for flag in command(Settings()) if flag.startswith("--")]
    assert set(names) <= set(config.get_config_options())


def test_the_cookie_secret_is_in_the_environment_and_not_on_the_command_line() -> None:
    assert environment(production()) == {"STREAMLIT_SERVER_COOKIE_SECRET": "c" * 40}
    assert not any("c" * 40 in part for part in command(production()))


def test_a_development_server_answers_this_machine_only() -> None:
    assert "--server.address=127.0.0.1" in command(Settings())
    assert "--server.address=0.0.0.0" in command(production())
    assert str(SERVER) in command(Settings())
    assert SERVER.is_file()


def test_production_shows_no_tracebacks() -> None:
    assert "--client.showErrorDetails=none" in command(production())


def test_what_pages_are_made_of_is_imported_at_the_start_and_no_run_looks_through_it_for_garbage() -> None:
    told = (
        "import gc, sys; import dashboard.server; "
        "print(len(gc.get_objects()), gc.get_freeze_count(), 'dashboard.charts' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    left, aside, is_imported = done.stdout.split()
    assert is_imported == "True"
    assert int(left) < int(aside) / 10
