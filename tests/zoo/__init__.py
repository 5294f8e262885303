"""The zoo: small fake services with exactly one seeded fault each, to find out whether the instrument sees it.

Who seeds shares no code with who judges: nothing in this folder imports anything of the project but its own modules
(`tests/test_zoo_apart.py` reads the imports). What was seeded is told by the seeder, and is held against what the real
probe, the real ledger and the real judging say, in `tests/zoo_ledger.py` and `tests/zoo_outages.py`.

- `outages`: a program that breaks for a known time, in twelve shapes;
- `cases`: short stories of a few writes with one fault in each, and what must be said of each write;
- `service`, `proxy`, `store`: what such writes go through: real HTTP, a real Postgres (or a list in memory).
"""
