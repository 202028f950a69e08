"""How many statements each operation takes, whatever the number of rows: no more than it needs."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.http.database import Base, engine
from tests.resources import notes

TAG = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
POST = {
    "title": "new",
    "tags": [],
    "at": "2026-01-31T12:00:00Z",
    "mainTagId": TAG,
    "photoUrls": [{"tag_id": OTHER}, {"tag_id": TAG}],
}


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Have three rows in each table."""
    notes.add(3)


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Yield the first words of what the database is asked."""
    found: list[str] = []

    def hear(_: Any, __: Any, statement: str, *rest: Any) -> None:
        found.append(statement.split()[0])

    event.listen(engine(), "before_cursor_execute", hear)
    yield found
    event.remove(engine(), "before_cursor_execute", hear)


WRITTEN = ["SELECT", "SELECT"]
"""The row with those that it leads to, and the rows of its list."""

ANSWERS = "SELECT"
"""Whether the database does: after the first bytes of a stream, it is too late for a 503."""


@pytest.mark.parametrize(
    ("method", "path", "body", "needed"),
    [
        ("GET", "/tags", None, ["SELECT", "SELECT"]),
        ("GET", f"/tags/{TAG}", None, ["SELECT"]),
        ("POST", "/tags", {"day": "2026-01-31", "size": 1}, ["INSERT"]),
        ("PUT", f"/tags/{TAG}", {"day": "2026-01-31", "size": 1}, ["SELECT", "UPDATE"]),
        ("PATCH", f"/tags/{TAG}", {"size": 2}, ["SELECT", "UPDATE"]),
        ("GET", "/posts", None, ["SELECT", "SELECT", "SELECT"]),
        ("GET", "/posts/1", None, ["SELECT", "SELECT"]),
        ("GET", "/posts/export", None, [ANSWERS, "SELECT", "SELECT"]),
        ("POST", "/posts", POST, ["INSERT", "INSERT", *WRITTEN]),
        ("PUT", "/posts/1", POST, [*WRITTEN, "UPDATE", "UPDATE", "INSERT", *WRITTEN]),
        ("PATCH", "/posts/1", {"title": "new"}, [*WRITTEN, "UPDATE"]),
        ("PATCH", "/posts/1", {"mainTagId": OTHER}, [*WRITTEN, "UPDATE", *WRITTEN]),
        ("PATCH", "/posts/1", {"photoUrls": []}, [*WRITTEN, "UPDATE", "DELETE", *WRITTEN]),
        ("GET", "/notes", None, ["SELECT", "SELECT", "SELECT", "SELECT"]),
        ("GET", "/notes/1", None, ["SELECT", "SELECT", "SELECT"]),
        ("DELETE", "/notes/1", None, ["DELETE"]),
    ],
)
def test_statements(
    client: TestClient, said: list[str], method: str, path: str, body: Any, needed: list[str]
) -> None:
    """In this order."""
    tag = "1" if "tags" in path else "1-1-1-1"
    answer = client.request(method, path, json=body, headers={"if-match": f'"{tag}"'})
    assert answer.status_code < 300, answer.text
    assert said == needed


@pytest.mark.parametrize(
    ("method", "path", "loc"),
    [
        ("GET", f"/posts/{2**63}", ["path", "post_id"]),
        ("DELETE", f"/posts/{2**63}", ["path", "post_id"]),
        ("GET", f"/notes?post_id={2**63}", ["query", "post_id"]),
        ("GET", f"/notes?post_id={-(2**63) - 1}", ["query", "post_id"]),
    ],
)
def test_a_number_that_no_column_holds(
    client: TestClient, method: str, path: str, loc: list[str]
) -> None:
    """It is refused where it stands."""
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, loc)


def test_a_missing_table_is_a_mistake(lenient_client: TestClient) -> None:
    """Waiting does not mend it, so that nobody is told to come back."""
    Base.metadata.drop_all(engine())
    assert lenient_client.get("/tags").status_code == 500


def test_a_relation_changes(client: TestClient) -> None:
    """The answer has the row that is named, and in the list those that are left, in their order."""
    headers = {"if-match": '"1-1-1-1"'}
    answer = client.put("/posts/1", json={**POST, "otherTagId": OTHER}, headers=headers)
    found = answer.json()
    assert (found["mainTag"]["id"], found["otherTag"]["id"]) == (TAG, OTHER)
    assert [(one["url"], one["tag"]["id"]) for one in found["photoUrls"]] == [
        ("none", OTHER),
        ("none", TAG),
    ]
    changes = {"mainTagId": None, "photoUrls": [{"url": "b", "tag_id": TAG}]}
    headers = {"if-match": answer.headers["etag"]}
    assert client.patch("/posts/1", json=changes, headers=headers).json()["mainTag"] is None
    found = client.get("/posts/1").json()
    assert [(one["url"], one["tag"]["id"]) for one in found["photoUrls"]] == [("b", TAG)]


def test_what_is_answered_with_a_row_changes_its_tag(client: TestClient) -> None:
    """Else a client would keep an answer that is not the present one."""
    before = client.get("/notes/1")
    client.patch(f"/tags/{TAG}", json={"size": 7}, headers={"if-match": '"1"'})
    known = {"if-none-match": before.headers["etag"]}
    after = client.get("/notes/1", headers=known)
    assert (after.status_code, after.json()["post"]["mainTag"]["size"]) == (200, 7)
    assert client.get("/notes/2", headers=known).status_code == 304
