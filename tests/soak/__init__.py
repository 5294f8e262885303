"""What must never go wrong, done so often that it would have. `tox -e soak -- NAME…`; written as benches are.

Each has a short form among the tests, where it can: the same code with a smaller number.
"""
