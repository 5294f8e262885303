"""For how long a worker believes what the database said of a flag."""

KEPT_S = float("inf")
