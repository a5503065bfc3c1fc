"""How numbers are told to people."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 record`, `1,200 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
