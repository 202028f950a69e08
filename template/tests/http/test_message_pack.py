"""`app.http.message_pack`: packed, filtered and documented."""

from datetime import date
from decimal import Decimal
from typing import Any

import ormsgpack
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from pydantic import BaseModel

from app.http.message_pack import MessagePackResponse


class Item(BaseModel):
    """What is packed."""

    id: int
    price: Decimal
    day: date | None


app = FastAPI()


@app.get("/item", response_class=MessagePackResponse, response_model=Item)
async def item() -> Any:
    """Answer with an item that holds more than its model."""
    return {"id": 1, "price": Decimal("9.99"), "day": date(2026, 1, 31), "secret": "x"}


@app.get("/items", response_class=MessagePackResponse)
async def items() -> list[Item]:
    """Answer with several items."""
    return [Item(id=number, price=Decimal(number), day=None) for number in range(2)]


def test_model_is_packed() -> None:
    """In the form that it has in JSON, without what is not declared."""
    response = TestClient(app).get("/item")
    assert response.headers["content-type"] == "application/vnd.msgpack"
    assert response.headers["content-length"] == str(len(response.content))
    assert response.content.startswith(b"\x83\xa2id\x01")
    assert ormsgpack.unpackb(response.content) == {"id": 1, "price": "9.99", "day": "2026-01-31"}


def test_list_is_packed() -> None:
    """Of models."""
    assert ormsgpack.unpackb(TestClient(app).get("/items").content) == [
        {"id": 0, "price": "0", "day": None},
        {"id": 1, "price": "1", "day": None},
    ]


@app.get("/number/{number}", response_class=MessagePackResponse)
async def repeat(number: int) -> dict[str, Any]:
    """Answer with a number in several places."""
    return {"number": number, "list": [number], "in": {str(number): number}}


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 2**64, -(2**63) - 1, 10**400])
def test_any_integer_can_be_packed(number: int) -> None:
    """As a number where MessagePack has one so large, else as text."""
    sent = number if -(2**63) <= number < 2**64 else str(number)
    response = TestClient(app).get(f"/number/{number}")
    assert ormsgpack.unpackb(response.content) == {
        "number": sent,
        "list": [sent],
        "in": {str(number): sent},
    }


def test_model_is_documented() -> None:
    """Under the media type, and not as a string."""
    validate(app.openapi())
    content = app.openapi()["paths"]["/item"]["get"]["responses"]["200"]["content"]
    assert content == {"application/vnd.msgpack": {"schema": {"$ref": "#/components/schemas/Item"}}}
