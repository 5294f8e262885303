"""SYSTEM_NAME: what is rehearsed, and how each rehearsal must come out."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import Expectation, Need, Scenario, System

DOWNGRADE = Scenario(
    id="downgrade",
    title="Undoing the newest migration lets users write again and loses nothing.",
    procedure="downgrade",  # a section of RUNBOOK.md
    baseline="v1",  # releases/v1
    candidate="v2",  # releases/v2
    defect="The migration adds a required column that no code fills.",
    signal="error rate",  # a row of RUNBOOK.md's table of triggers
    restores=("schema",),  # a downgrade brings back the schema; the code of v2 stays
    needs=frozenset({Need.POSTGRES}),
)

# A negative control: the same drill with a `flask` that lies. If this one passed, the other would prove nothing.
NOOP_DOWNGRADE = replace(
    DOWNGRADE,
    id="noop-downgrade",
    title="A downgrade that does nothing is caught, whatever it prints.",
    sabotage="noop-downgrade",  # sabotage/noop-downgrade is first on the PATH of the steps
    expected=Expectation.of(Cause.NOT_SERVED),
)

SYSTEM = System(
    name="SYSTEM_NAME",
    owner="you",
    database="DATABASE_NAME",
    state_tables=("sessions", "users"),  # every row here must survive a rollback
    ledger_path="/api/ledger",  # where the service shows every row in pages, to be compared with the database
    scenarios=(DOWNGRADE, NOOP_DOWNGRADE),
)
