"""mindmend: new code for everybody, and the image of before is put back."""

import pytest


@pytest.mark.scenario("mindmend", "image")
def test_image(rehearse):
    """The previous image serves users again where only the code had changed."""
    rehearse()


@pytest.mark.scenario("mindmend", "image-alone")
def test_image_without_its_environment(rehearse):
    """The previous image under the new environment is asked for a provider that it does not have: nobody is served."""
    rehearse()


@pytest.mark.scenario("mindmend", "image-corrected")
def test_image_corrected(rehearse):
    """The previous Deployment applied as a whole brings image and environment back."""
    rehearse()
