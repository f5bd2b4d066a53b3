"""A real database that lets nobody in for a while."""

from sqlalchemy.engine import make_url

from tests.postgresql import on_server


def let_in(url: str, is_open: bool) -> None:
    """Cut everybody off, and let them in again or not."""
    name = make_url(url).database
    on_server(
        make_url(url).set(database="postgres"),
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(is_open).lower()}",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
