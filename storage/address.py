"""The address of a database, taken apart; knows nothing of what is there."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


def parsed_address(address: str) -> URL:
    """The parts of an address such as `sqlite:////home/me/novels.db`.

    Raises `ArgumentError` of SQLAlchemy for what is none.
    """
    try:
        return make_url(address)
    except ValueError as error:  # a port that is no number
        raise ArgumentError(f"its port is not a number ({error})") from error
