"""The Allure 3 report of a run as one offline file, where Node and npm exist. Its absence is a note, never an error."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reports.evidence import read_json
from reports.summary import write_text

VERSION = "3.18.0"
INSTALL_S, GENERATE_S = 180.0, 120.0
_NPM_CODE = re.compile(r"npm (?:error|ERR!) code (\S+)")
# The report may load nothing and call nobody, whatever a later Allure puts into it.
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src data: blob: 'unsafe-inline' 'unsafe-eval'; "
    'connect-src data: blob:; base-uri *">'
)


class Note(str):
    """Why there is no Allure report, as a sentence for the end of the run."""

    __slots__ = ()


class _CommandFailed(Exception):
    """A command did not end well; the message says how, and `output` is what it printed."""

    def __init__(self, how: str, output: str) -> None:
        super().__init__(how)
        self.output = output


def build_single_file(run_folder: Path, cache: Path | None = None) -> Path | Note:
    """Make `allure-report/index.html` from the run's `allure-results`; a Note says why where that is not possible.

    Installs Allure with npm below `cache` (default: the user's cache folder) on first use; takes minutes at most.
    """
    results = run_folder / "allure-results"
    if not any(results.glob("*-result.json")):
        return Note(f"No Allure report: {results} holds no results.")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return Note("No Allure report: it needs Node.js and npm, which are not on the PATH.")
    what = "npm could not fetch allure"
    try:
        command = _installed(npm, cache or _cache_folder())
        what = "allure could not make it"
        return _generate([node, str(command)], results, run_folder)
    except _CommandFailed as error:
        # the output goes to a file: it is long, and names places that are nobody's business but this machine's
        log = run_folder / "allure-report.log"
        write_text(log, error.output)
        return Note(f"No Allure report: {what} ({error}); log: {log}")
    except OSError as error:
        return Note(f"No Allure report: {what} ({error.strerror or error})")


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "rollback-drills"


def _installed(npm: str, cache: Path) -> Path:
    """Allure's command line below `cache`, installed there when it is not yet; two runs at once do no harm."""
    home = cache / f"allure-{VERSION}"
    command = home / "node_modules" / "allure" / "cli.js"
    if command.is_file():
        return command
    cache.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"allure-{VERSION}-", dir=cache))
    try:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        options += ["--fetch-retries=0", "--fetch-timeout=30000"]  # an extra must not keep anybody waiting for a report
        _run([npm, "install", "--prefix", str(fresh), *options, f"allure@{VERSION}"], fresh, INSTALL_S)
        try:
            fresh.rename(home)
        except OSError:
            if not command.is_file():
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return command


def _generate(allure: Sequence[str], results: Path, run_folder: Path) -> Path | Note:
    """Generate next to the final place, make it offline, then move it there."""
    target = run_folder / "allure-report"
    with tempfile.TemporaryDirectory(prefix=".allure-", dir=run_folder) as scratch:
        made = Path(scratch) / "report"
        options = ["--single-file", "--report-name", f"Rollback drills {run_folder.name}", "--output", str(made)]
        options += ["--config", str(_config(Path(scratch), results))]
        _run([*allure, "awesome", *options, str(results.resolve())], Path(scratch), GENERATE_S)
        page = made / "index.html"
        if not page.is_file():
            return Note("No Allure report: Allure ended well but wrote no index.html.")
        write_text(target / "index.html", offline(page.read_text(encoding="utf-8")))
    return target / "index.html"


def _config(scratch: Path, results: Path) -> Path:
    """Allure 3 reads categories from its configuration, not from the results as Allure 2 does."""
    categories = read_json(results / "categories.json") or []
    path = scratch / "allurerc.json"
    path.write_text(json.dumps({"categories": [{**entry, "groupByMessage": False} for entry in categories]}))
    return path


def offline(page: str) -> str:
    """`page` without scripts that call others (Allure 3 puts a visitor counter in), and forbidden to load anything."""
    kept: list[str] = []
    at = 0
    while (start := page.find("<script", at)) >= 0:
        end = page.find("</script>", start)
        if end < 0:
            break
        kept.append(page[at:start])
        block = page[start : end + len("</script>")]
        tag, body = block[: block.find(">")], block[block.find(">") :]
        if 'src="http' not in tag and 'src="//' not in tag and "gtag(" not in body:
            kept.append(block)
        at = end + len("</script>")
    kept.append(page[at:])
    return "".join(kept).replace("<head>", f"<head>{_POLICY}", 1)


def _run(command: Sequence[str], cwd: Path, limit_s: float) -> None:
    """Run `command` in a session of its own, so that at the time limit its children end too."""
    with subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit_s)
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                so_far = (
                    error.output if isinstance(error.output, str) else (error.output or b"").decode(errors="replace")
                )
                raise _CommandFailed(f"not within {limit_s:g} s", so_far) from error
            raise
    if process.returncode:
        code = _NPM_CODE.search(output)
        raise _CommandFailed(code[1] if code else f"exit {process.returncode}", output)
