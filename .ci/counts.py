"""Sum the JUnit files named on the command line and print "N passed, N failed[, N skipped]" alone on a line.

Exits 1 when a file is missing or holds no test, or when any test failed or broke: a run that tested nothing is no
success.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def count(path: Path) -> tuple[int, int, int]:
    """(passed, failed, skipped) of one JUnit file; (0, 1, 0) where it tells of no test at all."""
    if not path.is_file():
        print(f"{path.name}: that run left no result")
        return 0, 1, 0
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))

    def total(attribute: str) -> int:
        return sum(int(suite.get(attribute, "0")) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    tests = total("tests")
    if tests == 0:
        print(f"{path.name}: that run held no test")
        return 0, 1, 0
    return max(tests - failed - skipped, 0), failed, skipped


def main(names: list[str]) -> int:
    """Print the sums over `names`; 1 if anything failed."""
    counts = [count(Path(name)) for name in names]
    passed, failed, skipped = (sum(column) for column in zip(*counts, strict=True))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
