"""GET /websocket: WebSocket."""

from fastapi import APIRouter, Depends, Response, WebSocket

from app.http.handshakes import AllowedOrigins, accept

router = APIRouter()

allowed_origins = AllowedOrigins()


@router.websocket("/websocket", dependencies=[Depends(allowed_origins)])
async def get_websocket(websocket: WebSocket) -> None:
    """Answer each message until the client leaves."""
    response = Response()
    await accept(websocket, response)
    async for message in websocket.iter_text():
        await websocket.send_text(message)
