"""`ticker serve` and `ticker worker`: the two processes."""

from pathlib import Path

import click

from ticker.cli.configured import config_option, data_dir_option, engine_needed, settings_for
from ticker.cli.typed import TEXT


@click.command()
@click.option("--host", type=TEXT, metavar="HOST", help="The address to listen on; 127.0.0.1 unless configured.")
@click.option("--port", type=int, metavar="PORT", help="The port to listen on; 8000 unless configured.")
@data_dir_option
@config_option
@click.option("--workers", type=int, metavar="N", help="Server processes that share the port; 1 unless configured.")
@click.option("--demo", is_flag=True, help="Post invented sample lines, correct and withdraw some.")
def serve(
    host: str | None, port: int | None, data_dir: Path | None, config: Path | None, workers: int | None, demo: bool
) -> int:
    """Run the server."""
    settings = settings_for(config, host=host, port=port, data_dir=data_dir, workers=workers)
    from ticker import app, crew  # the whole server: other commands do not wait for it

    with engine_needed():
        return crew.serve(settings, demo=demo) if settings.workers > 1 else app.serve(settings, demo=demo)


@click.command()
@data_dir_option
@config_option
def worker(data_dir: Path | None, config: Path | None) -> int:
    """Run the background jobs on their own, beside servers on a Redis of yours."""
    settings = settings_for(config, data_dir=data_dir)
    from ticker import worker as process

    with engine_needed():
        return process.run(settings)
