"""Negative controls: the same revert sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mina", "control-reverts-another-commit")
def test_revert_of_another_commit(rehearse):
    """A revert of the commit next to the bad one looks right in the history, and users are still hurt."""
    rehearse()


@pytest.mark.scenario("mina", "control-leaves-a-worker")
def test_worker_left_on_the_old_code(rehearse):
    """A deployment that leaves one worker behind is seen by the users whom that worker answers."""
    rehearse()


@pytest.mark.scenario("mina", "control-keeps-the-packages")
def test_old_code_on_new_packages(rehearse):
    """A revert that leaves the candidate's packages is red for them, though everybody is served by the right code."""
    rehearse()


@pytest.mark.scenario("mina", "control-cleans-up-uploads")
def test_uploaded_file_taken_along(rehearse):
    """A revert that removes a file which a user had uploaded before is red for that file."""
    rehearse()
