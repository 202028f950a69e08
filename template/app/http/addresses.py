"""Addresses of other services, as settings hold them, with or without a password (RFC 3986).

A password that is not percent-encoded makes another address of it: what stands before its `/`, `?`,
`#` or `@` becomes a host or a port, and errors and logs show those. So an address is taken only
when it can be read in one way.
"""

import re
from ipaddress import IPv6Address

from pydantic import AfterValidator, SecretStr

ENCODED = "%[0-9A-Fa-f]{2}"
LOGIN = rf"(?:(?:[^\s/?#@%\[\]]|{ENCODED})*@)?"
_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = (
    rf"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|{_LABEL}(?:\.{_LABEL})*)" r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)
PATH = rf"/(?:[^\s?#@%]|{ENCODED})*"
QUERY = rf"(?:\?(?:[^\s#@%]|{ENCODED})*)?"


def address(pattern: str, example: str) -> AfterValidator:
    """Return a validator of addresses, put together from the patterns above.

    What it raises says what an address looks like, and nothing of the one that it got.
    """

    def check(url: SecretStr) -> SecretStr:
        if not _is_address(re.fullmatch(pattern, url.get_secret_value())):
            raise ValueError(
                f"it is no address such as {example}, in which /, ?, #, @ and % of a password are"
                " written as %2F, %3F, %23, %40 and %25"
            )
        return url

    return AfterValidator(check)


def _is_address(found: re.Match[str] | None) -> bool:
    if found is None:
        return False
    try:
        IPv6Address(found["ipv6"] or "::")
    except ValueError:
        return False
    return not found["port"] or int(found["port"]) < 2**16
