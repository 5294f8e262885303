"""jarvis: only a part goes back: the API without its worker, or one feature by its flag."""

import pytest


@pytest.mark.scenario("jarvis", "partial-api")
def test_api_without_its_worker(rehearse):
    """The API undone serves users again, and the worker goes on working at the new version."""
    rehearse()


@pytest.mark.scenario("jarvis", "flag-env")
def test_flag_in_the_environment(rehearse):
    """A feature switched off by `kubectl set env` serves users again; the image and the ConfigMap stay."""
    rehearse()


@pytest.mark.scenario("jarvis", "flag-edit")
def test_flag_in_an_editor(rehearse):
    """`kubectl edit` fails where there is no terminal, and the feature stays on."""
    rehearse()


@pytest.mark.scenario("jarvis", "flag-edit-by-hand")
def test_flag_edited_and_not_read(rehearse):
    """A flag edited in the ConfigMap alone changes nothing: pods read it when they start."""
    rehearse()


@pytest.mark.scenario("jarvis", "flag-edit-corrected")
def test_flag_in_the_config_map_corrected(rehearse):
    """A flag patched in the ConfigMap, and a restart, serve users again."""
    rehearse()


@pytest.mark.scenario("jarvis", "integration-off")
def test_third_party_switched_off(rehearse):
    """With the flag of a third party off, users are served while it goes on refusing."""
    rehearse()
