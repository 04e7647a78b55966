"""Fixtures of the channel tests."""

import pytest


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    """True if the case files are to be rewritten."""
    return bool(request.config.getoption("--update-cases"))
