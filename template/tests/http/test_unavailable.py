"""`app.http.unavailable`: when clients come back, and what caches keep."""

import pytest

from app.http.unavailable import NOT_AVAILABLE, unavailable


def test_error_says_when_to_come_back() -> None:
    """In seconds, and no cache keeps it."""
    error = unavailable(retry_after=120)
    assert error.status_code == 503
    assert error.headers == {"Retry-After": "120", "Cache-Control": "no-store"}


@pytest.mark.parametrize("seconds", [0, -1])
def test_waiting_takes_time(seconds: int) -> None:
    """Clients that come back at once make an overload worse."""
    with pytest.raises(ValueError, match="no number of seconds to wait"):
        unavailable(retry_after=seconds)


def test_shortest_wait() -> None:
    """One second."""
    headers = unavailable(retry_after=1).headers or {}
    assert headers["Retry-After"] == "1"


def test_error_is_documented() -> None:
    """With both headers."""
    assert list(NOT_AVAILABLE) == [503]
    headers = NOT_AVAILABLE[503]["headers"]
    assert headers["Retry-After"]["schema"] == {"type": "integer", "minimum": 1}
    assert headers["Cache-Control"]["required"] is True
