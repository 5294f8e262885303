"""Drills of system folders outside the checkout: pytest drills/systems --systems PATH."""


def test_declared(rehearse, declared):
    """A scenario that a folder given by --systems declares comes out as that folder expects."""
    rehearse()
