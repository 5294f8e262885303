"""The list of plugins, and nothing else: every fixture of the drills lives in `fixtures/`."""

pytest_plugins = ["fixtures.collection", "fixtures.session", "fixtures.drill", "fixtures.redacting"]
