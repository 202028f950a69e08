"""What the stub does while its example is recorded."""

from fastapi import Request

from app.main import app


@app.get("/visits")
async def visits(request: Request) -> int:
    """Count the visits of one browser."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return int(request.session["visits"])
