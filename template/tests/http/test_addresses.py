"""`app.http.addresses`: what can be read in one way only."""

from typing import Annotated

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from app.http.addresses import HOST, LOGIN, PATH, QUERY, address


class Place(BaseModel):
    """What is at an address."""

    url: Annotated[SecretStr, address(rf"http://{LOGIN}{HOST}(?:{PATH})?{QUERY}", "http://host")]


@pytest.mark.parametrize(
    "url",
    [
        *("http://a", "http://a.b-c_d.0", "http://127.0.0.1", "http://[::1]", "http://[1:a::F]:1"),
        *(
            "http://a:1",
            "http://a:65535",
            "http://a/",
            "http://a//b",
            "http://a/%2f:;=,é",
            "http://a?b=c/?",
        ),
        *("http://@a", "http://b@a", "http://b:@a", "http://:c@a", "http://b:c:d@a"),
        *("http://b:%2F%3f%23%40%25@a", "http://b:!$&'()*+,;=-._~^|\"é@a", f"http://{'a' * 63}"),
    ],
)
def test_addresses_are_taken(url: str) -> None:
    """As they are."""
    assert Place(url=SecretStr(url)).url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "a", "//a", "http:/a", "https://a", "http://", "http:///b", "http://b@", "http://:1"),
        *("http://a:", "http://a:0", "http://a:01", "http://a:65536", "http://a:100000"),
        *("http://a:b", "http://a:1b", "http://a:١", "http://.a", "http://a.", "http://a..b"),
        *("http://-a", "http://a-", f"http://{'a' * 64}", "http://é", "http://a%20b", "http://a b"),
        *("http://[::1", "http://::1", "http://[]", "http://[1.2.3.4]", "http://[::g]"),
        *("http://b:c/d@a", "http://b:c?d@a", "http://b:c#d@a", "http://b:c@d@a", "http://b/c@a"),
        *("http://b:1/c@a", "http://b:1?c@a", "http://b:1#c@a", "http://b:[c@a", "http://b:c]@a"),
        *("http://b:%@a", "http://b:%2@a", "http://b:%zz@a", "http://b: c@a", "http://b:c\n@a"),
        *(
            "http://a/%",
            "http://a/%zz",
            "http://a/b c",
            "http://a/b@c",
            "http://a?%",
            "http://a?b@c",
        ),
        *("http://a#b", "http://a/#", "http://a\n", " http://a"),
    ],
)
def test_others_are_refused(url: str) -> None:
    """And nothing of them is shown."""
    with pytest.raises(ValidationError) as refused:
        Place(url=SecretStr(url))
    (error,) = refused.value.errors()
    assert error["msg"] == (
        "Value error, it is no address such as http://host, in which /, ?, #, @ and % of a"
        " password are written as %2F, %3F, %23, %40 and %25"
    )
