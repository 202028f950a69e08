"""`app.http.xml_data`: well-formed whatever the data holds, filtered and documented."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from pydantic import BaseModel

from app.http.xml_data import XMLResponse, xml_document

DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"


class Post(BaseModel):
    """What is answered."""

    title: str
    tags: list[str]


class PostXMLResponse(XMLResponse):
    """One post."""

    root = "post"


class PostsXMLResponse(XMLResponse):
    """Several."""

    root = "posts"


app = FastAPI()


@app.get(
    "/post",
    response_class=PostXMLResponse,
    response_model=Post,
    responses=PostXMLResponse.documented(200, model=Post),
)
async def post() -> Any:
    """Answer with a post that holds more than its model."""
    return {"title": "<b>&é", "tags": ["x", "y"], "secret": 1}


@app.post(
    "/posts",
    status_code=201,
    response_class=PostsXMLResponse,
    responses={
        **PostsXMLResponse.documented(201, model=list[Post]),
        **PostXMLResponse.documented(200, model=Post),
    },
)
async def posts() -> list[Post]:
    """Answer with a list."""
    return [Post(title="a", tags=[]), Post(title="b", tags=["x"])]


def body(value: Any) -> str:
    """Return the document without its declaration."""
    text = xml_document("root", value).decode()
    assert text.startswith(DECLARATION)
    return text.removeprefix(DECLARATION)


def test_model_is_sent() -> None:
    """Escaped, in UTF-8, without what is not declared."""
    response = TestClient(app).get("/post")
    assert response.headers["content-type"] == "application/xml"
    assert response.content.decode() == (
        DECLARATION + "<post><title>&lt;b&gt;&amp;é</title><tags>x</tags><tags>y</tags></post>"
    )


def test_list_is_sent() -> None:
    """With one element around those of the items."""
    assert TestClient(app).post("/posts").content.decode() == (
        DECLARATION + "<posts><item><title>a</title></item>"
        "<item><title>b</title><tags>x</tags></item></posts>"
    )


def test_elements_are_documented() -> None:
    """The model under the media type, and beside it the name of the element around it."""
    validate(app.openapi())
    paths = app.openapi()["paths"]
    assert paths["/post"]["get"]["responses"]["200"]["content"] == {
        "application/xml": {
            "schema": {"$ref": "#/components/schemas/Post", "xml": {"name": "post"}},
        },
    }
    answers = paths["/posts"]["post"]["responses"]
    assert answers["200"]["content"] == paths["/post"]["get"]["responses"]["200"]["content"]
    schema = answers["201"]["content"]["application/xml"]["schema"]
    assert schema["items"] == {"$ref": "#/components/schemas/Post", "xml": {"name": "item"}}
    assert schema["xml"] == {"name": "posts", "wrapped": True}
    assert "xml" not in app.openapi()["components"]["schemas"]["Post"]


@pytest.mark.parametrize(
    ("value", "document"),
    [
        ("a", "<root>a</root>"),
        (1.5, "<root>1.5</root>"),
        ({"a": True, "b": False}, "<root><a>true</a><b>false</b></root>"),
        ({"a": {"b": {"c": 1}}}, "<root><a><b><c>1</c></b></a></root>"),
        ({"a": [{"b": 1}, {"b": 2}]}, "<root><a><b>1</b></a><a><b>2</b></a></root>"),
        ({"a": []}, "<root />"),
        ([1, 2], "<root><item>1</item><item>2</item></root>"),
        ({"a": [[1], [2]]}, "<root><a><item>1</item></a><a><item>2</item></a></root>"),
        ({"a": ""}, "<root><a /></root>"),
        ({"a-b_c.1": "]]>"}, "<root><a-b_c.1>]]&gt;</a-b_c.1></root>"),
    ],
)
def test_data_becomes_elements(value: Any, document: str) -> None:
    """A list repeats its element; one without a name of its own has items."""
    assert body(value) == document


def test_null_is_not_the_empty_text() -> None:
    """It says so, as XML Schema does."""
    assert body({"a": None}) == (
        '<root xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><a xsi:nil="true" /></root>'
    )


@pytest.mark.parametrize(
    "code", [0x00, 0x08, 0x0B, 0x0C, 0x0E, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]
)
def test_characters_that_xml_cannot_hold_are_replaced(code: int) -> None:
    """A parser would refuse the whole document."""
    assert body(f"a{chr(code)}b") == "<root>a\ufffdb</root>"


@pytest.mark.parametrize(
    "character",
    ["\t", "\n", "\r", " ", "\x7f", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"],
)
def test_other_characters_are_kept(character: str) -> None:
    """Those at the edges of what XML allows."""
    assert body(f"a{character}b") == f"<root>a{character}b</root>"


@pytest.mark.parametrize("name", ["a b", "a><b", "", "1a", "-a", "xml", "XmLa", "a:b", "a\n", "é"])
def test_keys_that_are_no_names_are_errors(name: str) -> None:
    """They would be markup."""
    with pytest.raises(ValueError, match="is no name of an XML element"):
        xml_document("root", {name: 1})
    with pytest.raises(ValueError, match="is no name of an XML element"):
        xml_document(name, 1)


def test_root_has_a_name_without_being_given_one() -> None:
    """As XML needs it."""
    assert bytes(XMLResponse({}).body).decode() == f"{DECLARATION}<response />"
