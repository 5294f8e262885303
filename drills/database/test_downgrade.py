"""mina: a migration breaks the writer, and `flask db downgrade` is the way back, under load."""

import pytest


@pytest.mark.scenario("mina", "downgrade-one")
def test_one_step_as_written(rehearse):
    """`flask db downgrade -1` as the runbook writes it undoes nothing: the command line refuses `-1`."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-one-corrected")
def test_one_step_corrected(rehearse):
    """`flask db downgrade -- -1` serves users again and loses no acknowledged write."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-revision")
def test_named_revision(rehearse):
    """A downgrade to the revision before the release serves users again and loses no acknowledged write."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-several")
def test_several_revisions(rehearse):
    """A downgrade over the three migrations of one release undoes them all and loses no acknowledged write."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-base")
def test_base_loses_everything(rehearse):
    """`flask db downgrade base` drops every table: against RPO 0 it must fail, and the report says what was lost."""
    rehearse()
