"""The tests of a file are run by one worker, which makes only once what they share."""

import pytest


def test_tests_of_a_file_share_a_worker(request: pytest.FixtureRequest) -> None:
    """The name of a test tells pytest-xdist its group; newer versions of pytest hide it there."""
    if not hasattr(request.config, "workerinput"):
        pytest.skip("there is one worker")
    assert request.node.nodeid.endswith("@tests/test_distribution.py")
