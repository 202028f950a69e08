"""`app.http.accept`: the media type that a client prefers, whatever it sends."""

import pytest

from app.http.accept import preferred

OFFERED = ("application/json", "text/csv", "text/html")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/html", "text/html"),
        ("TEXT/HTML ; Q=0.5", "text/html"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("text/csv, application/json;q=0.999", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;q=0, text/*, application/json;q=0.9", "text/html"),
        ("text/html;q=0.2, text/*;q=0.9, */*;q=0.5", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv;header=absent, text/html;q=0.1", "text/html"),
        ("text/csv;charset=utf-8, application/json;q=0.5", "text/csv"),
        ("text/html;level=1;q=0.3, */*;q=0.2", "application/json"),
        ("garbage", "application/json"),
        ("text/html;\tq=0.5, image/png", "text/html"),
        ("text/csv;q=high, text/html;q=0.1", "text/html"),
        ("text/csv;q=2, text/html;q=0.1", "text/html"),
        ("text/csv;q=nan, text/html;q=0.1", "text/html"),
        ("image/png", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;q=0, text/*;q=0.0", None),
    ],
)
def test_format_that_is_preferred(accept: str, chosen: str | None) -> None:
    """The most specific range says how much; the first one offered is the default."""
    assert preferred(accept, OFFERED) == chosen
