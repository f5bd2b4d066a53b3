"""`novelgen fleet`: many workers that write the novels of one PostgreSQL database."""

import typer

from novelgen.cli.commands import fleet_queue, fleet_workers
from novelgen.cli.global_options import EPILOG

app = typer.Typer(
    add_completion=False,
    help="Write many novels, or many drafts of a chapter, with workers on many machines.",
    no_args_is_help=True,
    epilog=EPILOG,
)

for _name, _command in (
    ("new", fleet_queue.new_novels),
    ("add", fleet_queue.add_novels),
    ("redraft", fleet_queue.redraft),
    ("start", fleet_workers.start),
    ("work", fleet_workers.work),
    ("status", fleet_workers.status),
    ("pause", fleet_workers.pause),
    ("resume", fleet_workers.resume),
    ("stop", fleet_workers.stop),
    ("retry", fleet_queue.retry),
    ("remove", fleet_queue.remove),
):
    app.command(_name, epilog=EPILOG)(_command)
