"""The same endpoints as fastcrud makes them, asynchronous as it wants them; see `rows.py`."""

import os
from collections.abc import AsyncIterator
from decimal import Decimal
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import BigInteger, Numeric
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

url = os.environ["APP_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
engine = create_async_engine(url, pool_size=10, max_overflow=0, pool_pre_ping=True)
app = FastAPI()
crud_router: Any = import_module("fastcrud").crud_router


class Base(DeclarativeBase):
    """The tables."""


class ProductRow(Base):
    """One product, as it is stored."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
    name: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Numeric)


class NewProduct(BaseModel):
    """What is sent."""

    name: str
    price: Decimal


class Product(NewProduct):
    """What is answered."""

    id: int


async def session() -> AsyncIterator[AsyncSession]:
    """Yield a session."""
    async with AsyncSession(engine, expire_on_commit=False) as opened:
        yield opened


app.include_router(
    crud_router(
        session=session,
        model=ProductRow,
        create_schema=NewProduct,
        update_schema=NewProduct,
        select_schema=Product,
        path="/products",
        tags=["products"],
    )
)
