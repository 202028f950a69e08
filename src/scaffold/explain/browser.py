"""What a browser does with a cookie: RFC 6265bis, read from the Set-Cookie line itself."""

from collections.abc import Iterator, Mapping

DAY = 86_400
UNITS = ((DAY, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
SITES = {
    "strict": "sends it only from pages of this site",
    "lax": "sends it from pages of this site, and when a link on another site leads here",
    "none": "sends it from pages of all sites, where it allows cookies of third parties",
}


def deeds(line: str) -> list[str]:
    """Return what a browser does with the value of a Set-Cookie line, one sentence part each."""
    name, attributes = _read(line)
    if attributes.get("max-age") == "0":
        return ["forgets the cookie at once, when path and domain are those it was set with"]
    return [*_stored(name, attributes), *_sent(attributes)]


def _read(line: str) -> tuple[str, Mapping[str, str]]:
    pair, *rest = line.split("; ")
    attributes = (part.partition("=") for part in rest)
    return pair.partition("=")[0], {key.lower(): value for key, _, value in attributes}


def _stored(name: str, attributes: Mapping[str, str]) -> Iterator[str]:
    if "max-age" in attributes:
        yield f"keeps it for {duration(int(attributes['max-age']))}"
    elif "expires" in attributes:
        yield f"keeps it until {attributes['expires']}"
    else:
        yield "keeps it until it ends its session, which some browsers never do"
    if name.lower().startswith("__host-"):
        yield "takes a __Host- cookie only from this very host, over https"
    elif name.lower().startswith("__secure-"):
        yield "takes a __Secure- cookie only over https"
    if "httponly" in attributes:
        yield "hides it from scripts"
    else:
        yield "shows it to the scripts of the page"
    if "partitioned" in attributes:
        yield "keeps one for each site that embeds this one"


def _sent(attributes: Mapping[str, str]) -> Iterator[str]:
    domain, path = attributes.get("domain"), attributes.get("path", "/")
    where = f"to {domain} and its subdomains" if domain else "to this host only"
    below = "" if path == "/" else f", below {path}"
    yield f"sends it back {where}{below}{', over https' if 'secure' in attributes else ''}"
    yield SITES[attributes.get("samesite", "lax").lower()]


def duration(seconds: int) -> str:
    """Return a number of seconds in the largest unit that divides it: `30 days`."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
