"""The site that the tests of pages open."""

import pytest

from tests.pages.site import Site


@pytest.fixture
def site() -> Site:
    """Three editions without a line."""
    return Site()
