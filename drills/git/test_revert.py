"""mina, deployed by pushing: bad code is taken back by commits, under load."""

import pytest


@pytest.mark.scenario("mina", "revert")
def test_bad_commit(rehearse):
    """`git revert` and a push serve users again, and the two commits that came after the bad one stay."""
    rehearse()


@pytest.mark.scenario("mina", "reset-hard")
def test_reset_and_force(rehearse):
    """`git reset --hard` and a forced push serve users again and lose other people's commits: the report names them."""
    rehearse()


@pytest.mark.scenario("mina", "revert-feature")
def test_commits_of_one_feature(rehearse):
    """The commits that name one ticket are reverted, the newest first; the one between them stays."""
    rehearse()


@pytest.mark.scenario("mina", "revert-conflict")
def test_conflict(rehearse):
    """A revert of a commit that somebody has built on fails at once, though the push after it says all is well."""
    rehearse()


@pytest.mark.scenario("mina", "revert-dependents")
def test_conflict_corrected(rehearse):
    """Reverting what was built on the bad commit first, then the bad commit, serves users again."""
    rehearse()


@pytest.mark.scenario("mina", "revert-migration")
def test_commit_with_a_migration(rehearse):
    """A revert of a commit with a migration deploys nothing, while `git push` ends with 0."""
    rehearse()


@pytest.mark.scenario("mina", "revert-after-downgrade")
def test_commit_with_a_migration_corrected(rehearse):
    """The migration undone first, the revert deploys, and schema and release are the baseline's."""
    rehearse()


@pytest.mark.scenario("mina", "revert-packages")
def test_commit_with_another_package(rehearse):
    """A revert takes a pinned package back with the code that came with it."""
    rehearse()
