"""XML from data: whatever the data holds stays text (XML 1.0, RFC 7303)."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, get_origin
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi.responses import JSONResponse

from app.http.openapi import Described, Documented, documented

NAME = re.compile(r"(?!(?i:xml))[A-Za-z_][A-Za-z0-9_.-]*")
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ITEM = "item"
"""The element of each item in a list without a name of its own."""
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class XMLResponse(JSONResponse):
    """The same data as JSON, as XML with the outermost element `root`."""

    media_type = "application/xml"
    root: ClassVar[str] = "response"

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        return xml_document(self.root, content)

    @classmethod
    def documented(
        cls, status_code: int, *described: Described, model: Documented
    ) -> dict[int | str, dict[str, Any]]:
        """Return a `responses=` entry with the name of the outermost element (OpenAPI 3.1, XML).

        FastAPI adds the model, as for every kind of JSON; other endpoints may send it under
        another element, so the name stands beside the reference to it.
        """
        schema: dict[str, Any] = {"xml": {"name": cls.root}}
        if get_origin(model) is list:
            schema = {
                "xml": {"name": cls.root, "wrapped": True},
                "items": {"xml": {"name": ITEM}},
            }
        entries = documented(status_code, *described, model=model)
        entries[status_code]["content"] = {cls.media_type: {"schema": schema}}
        return entries


def xml_document(root: str, value: Any) -> bytes:
    """Return data of JSON's types as one XML document.

    A list repeats its element, null is `xsi:nil`, and characters that XML cannot hold are
    replaced. Raises `ValueError` for a key that is no name: it would be markup.
    """
    element = Element(_name(root))
    _fill(element, value)
    document: bytes = tostring(element, encoding="utf-8", xml_declaration=True)
    return document


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            for item in inner if isinstance(inner, list) else [inner]:
                _fill(SubElement(element, _name(name)), item)
    elif isinstance(value, list):
        _fill(element, {ITEM: value})
    elif value is None:
        element.set(NIL, "true")
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = NOT_IN_XML.sub("\ufffd", text)


def _name(name: str) -> str:
    if NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no name of an XML element")
    return name
