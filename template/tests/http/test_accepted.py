"""`app.http.accepted`: where to ask, and when."""

import pytest
from fastapi import Response

from app.http.accepted import Accepted
from tests.http.test_root_path import below

accepted = Accepted("/jobs", retry_after=5)


@pytest.mark.parametrize(
    ("job_name", "location"),
    [
        ("7", "/jobs/7"),
        ("a?b#c", "/jobs/a%3Fb%23c"),
        ("é\r\nSet-Cookie: a=b", "/jobs/%C3%A9%0D%0ASet-Cookie%3A%20a%3Db"),
    ],
)
def test_job_is_one_part_of_the_path(job_name: str, location: str) -> None:
    """No name leads elsewhere, or starts another header."""
    response = Response()
    accepted.apply(response, job_name)
    assert response.headers["location"] == location
    assert response.headers["retry-after"] == "5"


def test_place_behind_a_proxy() -> None:
    """With the prefix that the proxy takes off."""
    response = Response()
    below("/api", lambda: accepted.apply(response, "7"))
    assert response.headers["location"] == "/api/jobs/7"


@pytest.mark.parametrize("job_name", ["", ".", "..", "a/b"])
def test_names_that_lead_elsewhere(job_name: str) -> None:
    """Clients take dots out of a path, and servers split it at an escaped slash, too."""
    with pytest.raises(ValueError, match="is no segment of a path"):
        accepted.apply(Response(), job_name)


def test_headers_are_described() -> None:
    """As they are sent: seconds, not a date."""
    described = accepted.openapi_headers()
    assert list(described) == ["Location", "Retry-After"]
    assert described["Location"]["schema"] == {"type": "string", "format": "uri-reference"}
    assert described["Retry-After"]["schema"] == {"type": "integer", "const": 5}
