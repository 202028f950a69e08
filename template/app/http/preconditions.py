"""If-Match: a write that must not undo another one (RFC 9110, section 13.1.1; RFC 6585)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, HTTPException

from app.http.conditional import entity_tag, entity_tags
from app.http.openapi import NEEDED, HeaderDescription, documented_error

PRECONDITIONS = {
    **documented_error(412, "It has changed", HeaderDescription("ETag", "The tag it has now.")),
    **documented_error(428, "If-Match is missing"),
}


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions that a client knows, as its If-Match says."""

    if_match: str

    def require(self, version: str) -> None:
        """Raise 412, with the tag that would be right, unless the client knows `version`.

        A weak tag never matches. Check and write in one transaction, or with
        `UPDATE ... WHERE version = ...`: otherwise another write can come between.
        """
        tag = entity_tag(version)
        if self.if_match.strip() != "*" and tag not in entity_tags(self.if_match):
            raise HTTPException(412, "It has changed since you read it", headers={"ETag": tag})


async def if_match(
    if_match: Annotated[list[str] | None, Header(json_schema_extra=NEEDED)] = None,
) -> Precondition:
    """Return what the client knows, as a FastAPI dependency; raise 428 when it does not say."""
    if not if_match:
        raise HTTPException(428, "Send the ETag that you have read as If-Match")
    return Precondition(", ".join(if_match))
