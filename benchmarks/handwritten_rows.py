"""What `benchmarks/rows.py` compares generated endpoints over rows with, written by hand.

FastAPI and SQLAlchemy as their documentation shows them, with a router as for an application of
several modules, the same columns, and the same answers to the requests that `benchmarks/rows.py`
compares first.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Header, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, Numeric, create_engine, func, select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError

engine = create_engine(
    os.environ["APP_DATABASE_URL"],
    pool_size=10,
    max_overflow=0,
    pool_timeout=5,
    pool_pre_ping=True,
    pool_recycle=1800,
    connect_args={"connect_timeout": 5},
)
app = FastAPI(max_body_size=2**20)
router = APIRouter()


class Base(DeclarativeBase):
    """The tables."""


class ProductRow(Base):
    """One product, as it is stored."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Numeric)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class NewProduct(BaseModel):
    """What is sent."""

    name: Annotated[str, Field(max_length=100)]
    price: Decimal


class Product(BaseModel):
    """What is answered."""

    id: int
    name: Annotated[str, Field(max_length=100)]
    price: Decimal


def to_model(row: ProductRow) -> Product:
    """Return a row as it goes over the wire."""
    return Product(id=row.id, name=row.name, price=row.price)


@app.exception_handler(RequestValidationError)
async def invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    """Answer without what was sent."""
    told = [{key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": told}, 422)


@contextmanager
def new_session() -> Iterator[Session]:
    """Yield a session, commit it, and tell clients what is refused."""
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
            session.commit()
    except (StaleDataError, IntegrityError):
        raise HTTPException(409) from None
    except (DataError, StatementError) as error:
        if not isinstance(error, OperationalError):
            raise
        headers = {"Retry-After": "5", "Cache-Control": "no-store"}
        raise HTTPException(503, headers=headers) from None


@router.get("/products")
def list_products(
    request: Request,
    response: Response,
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Product]:
    """Answer with a page."""
    with new_session() as session:
        total = session.scalar(select(func.count()).select_from(ProductRow)) or 0
        rows = select(ProductRow).order_by(ProductRow.id)
        found = session.scalars(rows.offset((page - 1) * per_page).limit(per_page)).all()
        last = max(1, -(-total // per_page))
        links = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
        asked = request.query_params.multi_items()
        others = [(name, value) for name, value in asked if name not in ("page", "per_page")]
        response.headers["Link"] = ", ".join(
            f'<?{urlencode([*others, ("page", number), ("per_page", per_page)])}>; rel="{relation}"'
            for relation, number in links.items()
            if 1 <= number <= last
        )
        response.headers["X-Total-Count"] = str(total)
        return [to_model(row) for row in found]


@router.get("/products/{product_id}")
def get_product(
    product_id: Annotated[int, Path(le=2**63 - 1)],
    response: Response,
    if_none_match: Annotated[list[str] | None, Header()] = None,
) -> Product:
    """Answer with one product."""
    with new_session() as session:
        row = session.get(ProductRow, product_id)
        if row is None:
            raise HTTPException(404, "There is no such product")
        tag = f'"{row.version}"'
        known = ", ".join(if_none_match or ()).replace("W/", "").split(", ")
        if tag in known or "*" in known:
            raise HTTPException(304, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return to_model(row)


@router.post("/products", status_code=201)
def create_product(body: NewProduct, request: Request, response: Response) -> Product:
    """Store a product."""
    with new_session() as session:
        row = ProductRow(name=body.name, price=body.price)
        session.add(row)
        session.flush()
        response.headers["Location"] = f"{request.scope['root_path']}/products/{row.id}"
        return to_model(row)


app.include_router(router)
