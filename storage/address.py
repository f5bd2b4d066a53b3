"""The address of a database, taken apart; knows nothing of what is there."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


def absolute_address(address: str) -> str:
    """The same database for a process of another working directory."""
    parsed = parsed_address(address)
    name = parsed.database
    is_file = parsed.get_backend_name() == "sqlite" and name and not name.startswith((":", "file:"))
    if not is_file or name is None:
        return address
    return parsed.set(database=str(Path(name).absolute())).render_as_string(hide_password=False)


def is_server_address(address: str) -> bool:
    """Whether it names a database that several machines can share. Raises as `parsed_address`."""
    return parsed_address(address).get_backend_name() != "sqlite"


def parsed_address(address: str) -> URL:
    """The parts of an address such as `sqlite:////home/me/novels.db`.

    Raises `ArgumentError` of SQLAlchemy for what is none.
    """
    try:
        return make_url(address)
    except ValueError as error:  # a port that is no number
        raise ArgumentError(f"its port is not a number ({error})") from error
