"""`tox -e bench -- NAME…`: run benches by name. Nothing runs unless it is named."""

import signal
import sys

import click

import fixtures.run
from fixtures.run import why_unwritable
from scenarios.errors import EnvironmentUnavailable
from tests.bench.goals import Unmeasured
from tests.bench.running import BENCH, Shelf, benches, find, measure

EXIT_GOAL_MISSED = 1
EXIT_USAGE = 2
EXIT_UNMEASURED = 6
EXIT_UNAVAILABLE = 7
EXIT_INTERRUPTED = 130
HELP = """{about}

Prints a table for each NAME and writes reports/out/{name}/NAME.json (ROLLBACK_DRILLS_OUT moves it). Progress goes
to standard error. Exits with 0 when every goal holds, 1 when one does not, 6 when there was nothing to measure,
7 when this machine lacks something. It wants the machine for itself.

\b
Examples:
  tox -e {name} -- --list
  tox -e {name} -- NAME
"""


class _Listing(click.Command):
    """Its help ends with the benches there are."""

    shelf = BENCH

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("There are"):
            found = benches(self.shelf)
            formatter.write_dl([(name, f"{bench.TITLE} ({bench.TAKES})") for name, bench in found.items()])


def command(shelf: Shelf) -> click.Command:
    """The command line of a shelf."""

    @click.pass_context
    def call(context: click.Context, names: tuple[str, ...], listed: bool) -> None:
        if listed:
            click.echo("\n".join(benches(shelf)))
            return
        if not names:
            click.echo(context.get_help(), err=True)
            sys.exit(EXIT_USAGE)
        sys.exit(_run(names, shelf))

    made = _Listing(
        f"tox -e {shelf.name} --",
        callback=call,
        params=[
            click.Argument(["names"], nargs=-1, metavar="NAME..."),
            click.Option(["--list", "listed"], is_flag=True, help="Print the names there are, and nothing else."),
        ],
        help=HELP.format(about=shelf.about, name=shelf.name),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    made.shelf = shelf
    return made


def _run(names: tuple[str, ...], shelf: Shelf) -> int:
    wanted = {name: find(name, shelf) for name in names}  # before the first of them takes its minutes
    why = why_unwritable(fixtures.run.OUT)
    if why:
        text = f"{fixtures.run.OUT} cannot be written ({why}): set ROLLBACK_DRILLS_OUT to a folder that can"
        raise click.UsageError(text)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job cleans up as after Ctrl-C
    try:
        results = [measure(name, bench, shelf) for name, bench in wanted.items()]
    except KeyboardInterrupt:
        click.echo("interrupted: what was started is gone, and what was cut left no figures", err=True)
        return EXIT_INTERRUPTED
    except Unmeasured as error:
        click.echo(f"Not measured: {error}", err=True)
        return EXIT_UNMEASURED
    except EnvironmentUnavailable as lack:
        click.echo(f"Error: {lack}", err=True)
        return EXIT_UNAVAILABLE
    return 0 if all(result.holds for result in results) else EXIT_GOAL_MISSED


main = command(BENCH)

if __name__ == "__main__":
    main(prog_name=main.name)
