"""The `drill` command. No logic here: each verb hands its options to one function and exits with what it returns."""

import sys
from pathlib import Path

import click

from fixtures import commands

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")


@click.group(cls=commands.Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rollback-drills", prog_name="drill")
def main() -> None:
    """Rehearse written rollback procedures for real.

    A drill puts users on a good release, deploys a deliberately bad one, runs the rollback exactly as RUNBOOK.md
    writes it, and measures from the users' side how long they were hurt and what they lost. The drills themselves
    are pytest tests; this command does what lies around them.

    \b
    Examples:
      drill doctor                          what can this machine rehearse, and what mends the rest?
      pytest drills/ -k database            run the drills of one area
      drill report latest                   write the newest run's page again and say where it is
      drill recheck latest                  judge the newest run again, from its evidence alone
      drill new shop --into ~/systems       start a system folder of your own
      pytest drills/systems --systems ~/systems/shop
    """


@main.command(short_help="Say what this machine can rehearse, and what mends the rest.")
@_JSON
def doctor(as_json: bool) -> None:
    """Say what is here, what is missing, what that costs and how to mend it.

    Changes nothing; takes a few seconds. Exits 0 when the drills that need no cluster can run here, 7 when not.

    \b
    Examples:
      drill doctor
      drill doctor --json
    """
    sys.exit(commands.doctor(as_json=as_json))


@main.command(short_help="Write the report of a run again, and say where it is.")
@click.argument("run")
@click.option("--allure", is_flag=True, help="Also build the Allure report as one offline file (needs Node and npm).")
@_JSON
def report(run: str, allure: bool, as_json: bool) -> None:
    """Write the report of RUN again from what it left, and say where it is.

    RUN is `latest`, the name of a run below reports/out/, or the path of a run's folder. The evidence is only read.

    \b
    Examples:
      drill report latest
      drill report latest --allure
      drill report latest --json
    """
    sys.exit(commands.report(run, allure=allure, as_json=as_json))


@main.command(short_help="Judge a stored run again, from its evidence alone.")
@click.argument("run")
@_JSON
def recheck(run: str, as_json: bool) -> None:
    """Judge RUN again from its evidence alone, and say what comes out otherwise than it was written down.

    RUN is `latest`, the name of a run below reports/out/, or the path of a run's folder. Needs no network, no engine
    and not the machine that the run was on. The same evidence and the same version give the same verdict.json, to the
    byte; after the judging has changed it says which verdicts and checks did, and why. The evidence is only read.

    Exits 0 when everything is the same, 1 when something is not, 6 when a drill could not be judged again.

    \b
    Examples:
      drill recheck latest
      drill recheck /srv/runs/20261120-021500-9c41 --json
    """
    sys.exit(commands.recheck(run, as_json=as_json))


@main.command(short_help="Add runs to the page of what procedures promise and what was measured.")
@click.argument("runs", nargs=-1, required=True)
def findings(runs: tuple[str, ...]) -> None:
    """Add each of RUNS to docs/runbook-findings.json, and write the end of docs/runbook-findings.md anew.

    A run is `latest`, the name of one below reports/out/, or the path of a run's folder; one that was added before
    changes nothing. A run of `--suite nightly` is added when it ends. Only drills that came out as expected are
    counted, and none that is sabotaged.

    \b
    Examples:
      drill findings latest
      drill findings 20261120-021500-9c41 20261121-021500-03fe
    """
    sys.exit(commands.findings(runs))


@main.command(short_help="Look at the drill that is going on in another terminal.")
@click.argument("run", default="")
@click.option("--once", is_flag=True, help="One look, and end.")
def watch(run: str, once: bool) -> None:
    """Look at the drill that is going on: pods, errors, request rate, health, phase, and how long of what is allowed.

    RUN is the path of a run's folder; without it the run that was begun last. Looks every two seconds, until users have
    been served for long enough; Ctrl-C ends it. It only looks, and is no part of the drill.

    \b
    Examples:
      drill watch
      drill watch --once
    """
    sys.exit(commands.watch(run, once=once))


@main.command(short_help="Make a system folder that runs as it is.")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to make it in; made if missing. Default: the current one.",
)
def new(name: str, into: Path) -> None:
    """Make a system folder called NAME that runs as it is.

    It holds a small service, a good and a bad release, a RUNBOOK.md and two scenarios: a rollback that works and a
    sabotaged one that must fail. Change it step by step into your own system. Nothing in this checkout changes, and
    a folder that is there already is never touched.

    \b
    Examples:
      drill new shop
      drill new shop --into ~/systems
    """
    sys.exit(commands.new(name, into=into))


@main.command(short_help="Take away what killed runs left on this machine.")
@_JSON
def reap(as_json: bool) -> None:
    """Take away what killed runs left: folders, processes, containers, clusters. A run that was cut gets its summary.

    Each run writes down what it makes. Only what is written there and bears the name of a run that is gone is touched;
    the rest is said. Each run has a reaper that does this within seconds, and each new run does it too: this is for
    when both were killed. Exits 1 where something had to be left.

    \b
    Examples:
      drill reap
      drill reap --json
    """
    sys.exit(commands.reap(as_json=as_json))


engine = click.Group(
    "engine",
    short_help="Bring the container engine, kind and every image up, or take them down.",
    help="""Bring what the drills in containers need up on this machine, say what is there, or take it down.

    \b
    Examples:
      drill engine up
      drill engine status --json
      drill engine down --purge
    """,
)
main.add_command(engine)


@engine.command("up", short_help="Install, start and make what is missing, after consent.")
@click.option("--yes", is_flag=True, help="Go on without asking. CI=true means the same.")
@click.option(
    "--images",
    type=click.Choice(["auto", "pull", "build"]),
    default="auto",
    help="Pull official images, build them from Debian packages, or what is possible here. Default: auto.",
)
@_JSON
def engine_up(yes: bool, images: str, as_json: bool) -> None:
    """Install, start and make whatever is missing: docker, kind, and every image.

    Says first what it will do, how large it is and how long it takes, and asks. From nothing it takes about ten
    minutes on two cores, a second time seconds. May be interrupted at any point: the next one goes on from there.
    Packages are installed only as root on Debian 12 or 13; elsewhere it says which commands do it.

    \b
    Examples:
      drill engine up
      drill engine up --yes --images build
    """
    sys.exit(commands.engine_up(images=images, yes=yes, as_json=as_json))


@engine.command("status", short_help="Say what runs, which images there are, and what they take.")
@_JSON
def engine_status(as_json: bool) -> None:
    """Say what runs, which images there are and what they take of the disk. Exits 0 when all is up, 7 when not.

    \b
    Examples:
      drill engine status
      drill engine status --json
    """
    sys.exit(commands.engine_status(as_json=as_json))


@engine.command("down", short_help="Stop what `up` started; with --purge free the disk too.")
@click.option("--yes", is_flag=True, help="Go on without asking. CI=true means the same.")
@click.option("--purge", is_flag=True, help="Delete our images and caches as well.")
@_JSON
def engine_down(yes: bool, purge: bool, as_json: bool) -> None:
    """Delete our clusters and containers, and end the docker daemon if `up` started it. Nothing else is touched.
    Asks where clusters or containers of ours are there, which a run may be using, and before it deletes images.

    \b
    Examples:
      drill engine down
      drill engine down --purge --yes
    """
    sys.exit(commands.engine_down(yes=yes, purge=purge, as_json=as_json))


cluster = click.Group(
    "cluster",
    short_help="Allow drills on a cluster that is not ours, see how it stands, forget it.",
    help="""Allow drills on a cluster that is not ours: staging, or one beyond this machine.

    Its owner marks it, and a person allows it once by typing its context's name; each run asks it whether both still
    hold. Drills make namespaces of their own there, and touch nothing else.

    \b
    Examples:
      drill cluster allow --help
      drill cluster list
    """,
)
main.add_command(cluster)


@cluster.command("allow", short_help="Allow drills on a cluster, after its owner has marked it.")
@click.argument("name")
@click.option("--context", required=True, help="Of the kubeconfig: with a certificate or a token, and no plugin.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, dir_okay=False),
    default="~/.kube/config",
    show_default=True,
    help="Where the context is.",
)
@click.option(
    "--node-port",
    "node_ports",
    multiple=True,
    metavar="NODEPORT:PORT",
    help="A NodePort that nothing else uses, and the port of 127.0.0.1 where it is reached. At least two.",
)
@click.option("--load", required=True, help="Command that puts an image where pods start; its name is put after it.")
def cluster_allow(name: str, context: str, kubeconfig: Path, node_ports: tuple[str, ...], load: str) -> None:
    """Show the cluster behind a context, ask a person to type the context's name, and allow drills on it as NAME.

    Load is only ever put on 127.0.0.1, so its NodePorts have to be reached there: kind maps them (extraPortMappings),
    and a tunnel does it for a cluster beyond this machine. Images are built here; `--load` is how they get there.

    \b
    Examples:
      drill cluster allow staging --context kind-staging --node-port 30100:30100 --node-port 30101:30101 \\
                                  --load "kind load docker-image --name staging"
      pytest drills/kubernetes --environment staging
    """
    sys.exit(commands.cluster_allow(name, kubeconfig=kubeconfig, context=context, node_ports=node_ports, load=load))


@cluster.command("list", short_help="Say which clusters drills may use, and whether they still may.")
@_JSON
def cluster_list(as_json: bool) -> None:
    """Ask each cluster whether it is still the one that was allowed, and still marked. Exits 1 where one is not."""
    sys.exit(commands.cluster_list(as_json=as_json))


@cluster.command("forget", short_help="Take a cluster out of the list.")
@click.argument("name")
def cluster_forget(name: str) -> None:
    """Take NAME out of the list of clusters that drills may use. Nothing of the cluster itself is touched."""
    sys.exit(commands.cluster_forget(name))


if __name__ == "__main__":
    main()
