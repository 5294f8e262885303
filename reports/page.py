"""index.html: the report of a run as one offline file. Nothing is fetched: style and pictures lie inside it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import charts, clocks, crossings, cuts, locks, scanned, words
from reports.evidence import read_json
from reports.seen import LATENCIES
from reports.summary import load_summary, write_text
from reports.table import run_sentence
from reports.views import DrillView, drill_view, href
from reports.words import Outcome
from scenarios.results import Summary

_TEMPLATES = Path(__file__).parent / "templates"
_PLATFORM_WORDS = {"kubernetes": "Kubernetes", "postgres": "PostgreSQL"}
PAGE = "index.html"
Tile = tuple[str, str, str]


def build_page(run_folder: Path) -> Path:
    """Write `index.html` (and each drill's chart.svg) from what the run left; gives its path back.

    Raises UsageError where summary.json is missing or broken. Missing evidence is said in the page.
    """
    summary = load_summary(run_folder)
    for drill in summary.drills:
        folder = run_folder / drill.evidence
        if folder.is_dir():
            charts.save_chart(folder)
    scale = summary.time_scale
    views = [drill_view(number, drill, run_folder, scale) for number, drill in enumerate(summary.drills, start=1)]
    path = run_folder / PAGE
    write_text(path, render_page(summary, views, run_folder))
    return path


def render_page(summary: Summary, views: list[DrillView], run_folder: Path) -> str:
    """The page as text. `run_folder` tells about the machine, the probe's calibration and the Allure report."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ticks"] = _ticks
    environment.filters["capfirst"] = lambda text: text[:1].upper() + text[1:]
    css = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    sentence, tone = run_sentence(summary)
    return environment.get_template("index.html.j2").render(
        summary=summary,
        drills=views,
        cut_rows=cuts.rows_of(summary),
        cut_heads=cuts.HEADS,
        cut_title=cuts.TITLE,
        cut_phrase=cuts.phrase,
        lock_rows=locks.rows_of(summary),
        lock_heads=locks.HEADS,
        lock_title=locks.TITLE,
        lock_phrase=locks.phrase,
        crossing_title=crossings.TITLE,
        scan_title=scanned.TITLE,
        sentence=sentence,
        tone=tone,
        tiles=_tiles(summary),
        facts=[*_platform(summary), *_machine(run_folder)],
        calibrations=_calibrations(summary, run_folder),
        time_scale=words.time_scale_sentence(summary.time_scale),
        machine_time=words.MACHINE_TIME,
        end_of_life=words.end_of_life(summary.platform.kubernetes),
        readings=words.READINGS,
        alarm=clocks.alarm,
        probe_error=words.probe_error,
        calibration=words.calibration,
        repeated=words.repeated,
        latencies=LATENCIES,
        interval=words.interval,
        is_censored=words.is_censored,
        seconds=words.seconds,
        cause_sentence=words.cause_sentence,
        verdict_and_cause=words.verdict_and_cause,
        allure_href=_allure_href(run_folder),
        css=Markup(css + charts.STYLE),  # noqa: S704 (our own files)
    )


def _ticks(text: str) -> Markup:
    """`text` escaped, with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an unpaired backtick is only a backtick
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def _allure_href(run_folder: Path) -> str:
    return "allure-report/index.html" if (run_folder / "allure-report" / "index.html").is_file() else ""


def _platform(summary: Summary) -> list[tuple[str, str]]:
    """(name, version) of what was real in this run."""
    versions: dict[str, str | None] = summary.platform.model_dump()
    return [(_PLATFORM_WORDS.get(name, name), version) for name, version in versions.items() if version]


def _machine(run_folder: Path) -> list[tuple[str, str]]:
    """What machine.json tells of the machine, as far as it is there and can be read."""
    told = read_json(run_folder / "machine.json")
    told = told if isinstance(told, dict) else {}
    found = []
    cores, memory_mb = told.get("cores"), told.get("memory_mb")
    sizes = [f"{cores:g} cores"] if isinstance(cores, int | float) else []
    sizes += [f"{memory_mb / 1024:.1f} GiB"] if isinstance(memory_mb, int | float) else []
    if sizes:
        found.append(("Machine", ", ".join(sizes)))
    found += [(name.capitalize(), str(told[name])) for name in ("kernel", "python") if told.get(name)]
    if isinstance(told.get("namespaces"), bool):
        found.append(("Namespaces of its own", "yes, each drill" if told["namespaces"] else "no, not possible here"))
    return found


def _calibrations(summary: Summary, run_folder: Path) -> tuple[int, list[tuple[str, str]]]:
    """How many outages a worker calibrated its probe with, and (name, link) of each worker's record of that."""
    found = [(path, read_json(path)) for path in sorted(run_folder.glob("calibration-*/calibration.json"))]
    links = [(f"{path.parent.name}/{path.name}", href(path, run_folder)) for path, told in found if told is not None]
    told = [drill.calibration.outages for drill in summary.drills if drill.calibration is not None]
    # a run of an older version: the rows are all that there is
    rows = [len(rows) for _, rows in found if isinstance(rows, list)]
    return max(told or rows, default=0), links


def _tiles(summary: Summary) -> list[Tile]:
    """(figure, what it counts, tone) of the tiles at the top."""
    outcomes = [words.outcome_of(drill) for drill in summary.drills]
    good = sum(outcome.good for outcome in outcomes)
    controls = [drill for drill in summary.drills if drill.control is not None]
    caught = sum(drill.as_expected for drill in controls)
    unexpected, unsure = outcomes.count(Outcome.UNEXPECTED), outcomes.count(Outcome.INCONCLUSIVE)
    acked = sum(drill.writes.acked or 0 for drill in summary.drills)
    none_missing = not summary.not_rehearsed
    return [
        (f"{good} of {len(outcomes)}", "drills as expected", "green" if outcomes and good == len(outcomes) else ""),
        (str(unexpected), "not as expected", "red" if unexpected else ""),
        (str(unsure), "inconclusive: nothing proved", "yellow" if unsure else ""),
        (f"{caught} of {len(controls)}", "sabotaged controls caught", _caught_tone(caught, len(controls))),
        (str(len(summary.not_rehearsed)), "not rehearsed", "" if none_missing else "yellow"),
        (f"{acked:,}".replace(",", " "), "acknowledged writes followed", ""),
    ]


def _caught_tone(caught: int, controls: int) -> str:
    if controls == 0:
        return "yellow"
    return "green" if caught == controls else "red"
