"""The three families of things that end a drill early.

`DrillFailure` is an AssertionError, so pytest and Allure call it *failed*: the rollback is to blame.
`Inconclusive` and `EnvironmentUnavailable` are not, so they come out *broken*: nothing was proved either way.
Usage errors (a bad option, a bad system folder) are raised as `UsageError`; `fixtures/` turns them into pytest's own.
"""

import errno

from scenarios.judging.causes import Cause

UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class DrillFailure(AssertionError):
    """The drill did not come out as its scenario expects, and the rollback is to blame."""


class Inconclusive(Exception):
    """Nothing was proved. `cause` is one of the closed list; `detail` says what was seen."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause.value}: {detail}")
        self.cause = cause
        self.detail = detail


class EnvironmentUnavailable(Exception):
    """This machine cannot give what the scenario needs. `mend` says what to do about it."""

    def __init__(self, need: str, why: str, mend: str) -> None:
        super().__init__(f"{need} is not available: {why}. To mend it: {mend}")
        self.need = need
        self.why = why
        self.mend = mend


class UsageError(Exception):
    """Somebody wrote something we cannot read. The message names file, line and what was expected."""


def broken(error: Exception) -> Inconclusive:
    """What an error that nobody expected makes of a drill that had begun: it proved nothing, and this is why."""
    if isinstance(error, EnvironmentUnavailable):
        # no missing tool: it was there when the drill began
        return Inconclusive(Cause.ENVIRONMENT_LOST, str(error))
    full = isinstance(error, OSError) and error.errno in UNWRITABLE
    cause = Cause.EVIDENCE_UNWRITABLE if full else Cause.HARNESS_ERROR
    return Inconclusive(cause, f"{type(error).__name__}: {error}")
