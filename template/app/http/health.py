"""Whether this process can serve requests: what load balancers and orchestrators ask."""

from typing import Literal

from fastapi import APIRouter, Depends, Response

from app.http.database import reachable
from app.http.openapi import HeaderDescription, documented
from app.http.unavailable import NOT_AVAILABLE

router = APIRouter()

NO_STORE = HeaderDescription("Cache-Control", "Always `no-store`.")


@router.get(
    "/health/ready",
    operation_id="health-ready",  # no endpoint can be called so
    dependencies=[Depends(reachable)],
    responses={**documented(200, NO_STORE), **NOT_AVAILABLE},
)
async def health_ready(response: Response) -> dict[Literal["status"], Literal["ready"]]:
    """Say whether requests can be served: the database answers."""
    response.headers["Cache-Control"] = "no-store"
    return {"status": "ready"}
