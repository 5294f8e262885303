"""jarvis: an undo that names a revision, one that asks first, and what is left to look at after one."""

import pytest


@pytest.mark.scenario("jarvis", "undo-to-revision")
def test_revision_of_the_history(rehearse):
    """An undo to the number that the history shows serves users again and loses no acknowledged write."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-to-missing-revision")
def test_revision_that_is_not_there(rehearse):
    """An undo to the number that the printed runbook has is refused, and `rollout status` calls that a success."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-assessed")
def test_question_that_nobody_answers(rehearse):
    """A question put on a terminal fails where there is none, and the undo after it goes on unasked."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-assessed-corrected")
def test_decision_taken_before(rehearse):
    """With the decision as a parameter, the same undo serves users again."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-assessed-declined")
def test_decision_against_it(rehearse):
    """Anything but yes ends the procedure before something is changed."""
    rehearse()


@pytest.mark.scenario("jarvis", "crash-log-gone")
def test_log_after_the_undo(rehearse):
    """The log of a pod that crashed cannot be looked at after the undo: it went with the pod."""
    rehearse()


@pytest.mark.scenario("jarvis", "crash-log-kept")
def test_log_before_the_undo(rehearse):
    """The log kept first says what was wrong, and the undo ends the crash loop as quickly."""
    rehearse()
