"""What lets an application that was there before serve the generated endpoints as well."""

from fastapi import FastAPI

from app.endpoints import routers
from app.http.inclusion import include
from app.middleware import middleware


def include_endpoints(app: FastAPI) -> None:
    """Let the application serve the generated endpoints, behind what it serves until now."""
    include(app, routers, outermost=middleware)
