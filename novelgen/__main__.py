"""`python -m novelgen`."""

from novelgen.cli.main import run

if __name__ == "__main__":
    run()
