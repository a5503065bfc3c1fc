"""Work that is begun by one at a time, in whichever process."""

from sqlalchemy import Connection, text


def take_turn(connection: Connection, what: str) -> None:
    """Wait until nobody else has the turn for `what`; it is given back when the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"promptory.{what}"})
