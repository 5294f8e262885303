"""Benches: what a claim of ours costs or is worth on this machine. `tox -e bench -- NAME…`.

To add one, put a module here, `tests/bench/NAME.py`. It is found by its name, and is a bench because it has:

    TITLE = "what it measures, in one line"
    TAKES = "about 3 min"

    def run(tell: Tell) -> list[Goal]: ...

`tell("text")` is one line of progress; elapsed time is put before it. What comes back is the table and the file
`reports/out/bench/NAME.json`: `Goal.at_most(…)`, `Goal.at_least(…)` or, where nothing is promised, `Goal.seen(…)`, all
in `tests.bench.goals`. The goal's text says exactly what was measured; `against` has what other programs came to in
this very run. Where the machine lacks something, raise `EnvironmentUnavailable`; where something went wrong that leaves
no figure, `Unmeasured`.

Clean up in `finally` and `with`: Ctrl-C and SIGTERM arrive as KeyboardInterrupt. What is timed in this process itself
is timed under `fixtures.leases.measuring()`; drills take that token on their own. Import what is heavy inside
functions, since `--list` imports every module. Modules without `run` are helpers.
"""
