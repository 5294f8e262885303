"""`tox -e bench -- NAME…`: run benches by name. Nothing runs unless it is named."""

import signal
import sys

import click

import fixtures.run
from fixtures.run import why_unwritable
from scenarios.errors import EnvironmentUnavailable
from tests.bench.goals import Unmeasured
from tests.bench.running import benches, find, measure

EXIT_GOAL_MISSED = 1
EXIT_USAGE = 2
EXIT_UNMEASURED = 6
EXIT_UNAVAILABLE = 7
EXIT_INTERRUPTED = 130


class _Listing(click.Command):
    """Its help ends with the benches there are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Benches"):
            formatter.write_dl([(name, f"{bench.TITLE} ({bench.TAKES})") for name, bench in benches().items()])


@click.command(
    "tox -e bench --",
    cls=_Listing,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--list", "listed", is_flag=True, help="Print the names of the benches, and nothing else.")
@click.pass_context
def main(context: click.Context, names: tuple[str, ...], listed: bool) -> None:
    """Measure what a claim of this project costs or is worth here, and hold it against its goal.

    Prints a table for each NAME and writes reports/out/bench/NAME.json (ROLLBACK_DRILLS_OUT moves it). Progress goes
    to standard error. Exits with 0 when every goal holds, 1 when one does not, 6 when there was nothing to measure,
    7 when this machine lacks something. A bench wants the machine for itself.

    \b
    Examples:
      tox -e bench -- --list
      tox -e bench -- cluster
    """
    if listed:
        click.echo("\n".join(benches()))
        return
    if not names:
        click.echo(context.get_help(), err=True)
        sys.exit(EXIT_USAGE)
    sys.exit(_run(names))


def _run(names: tuple[str, ...]) -> int:
    wanted = {name: find(name) for name in names}  # before the first of them takes its minutes
    why = why_unwritable(fixtures.run.OUT)
    if why:
        text = f"{fixtures.run.OUT} cannot be written ({why}): set ROLLBACK_DRILLS_OUT to a folder that can"
        raise click.UsageError(text)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job cleans up as after Ctrl-C
    try:
        results = [measure(name, bench) for name, bench in wanted.items()]
    except KeyboardInterrupt:
        click.echo("interrupted: what was started is gone, and the bench that was cut left no figures", err=True)
        return EXIT_INTERRUPTED
    except Unmeasured as error:
        click.echo(f"Not measured: {error}", err=True)
        return EXIT_UNMEASURED
    except EnvironmentUnavailable as lack:
        click.echo(f"Error: {lack}", err=True)
        return EXIT_UNAVAILABLE
    return 0 if all(result.holds for result in results) else EXIT_GOAL_MISSED


if __name__ == "__main__":
    main(prog_name=main.name)
