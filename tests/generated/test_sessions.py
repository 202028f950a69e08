"""Patterns of one login at one endpoint, in an order that is safe however they are listed."""

from pathlib import Path

import pytest

from tests.generated.project import generate

SESSION = {"pattern": "cookie-session-server-side", "action": "logout", "name": "__Host-session"}
TOKEN = {"pattern": "cookie-csrf-double-submit", "action": "check"}


@pytest.mark.parametrize("cookies", [[SESSION, TOKEN], [TOKEN, SESSION]])
def test_forged_logout_ends_nothing(cookies: list[object], tmp_path: Path) -> None:
    """The token is checked before the session is ended."""
    log_out = {"name": "log_out", "method": "POST", "path": "/logout", "cookies": cookies}
    endpoints = [{**log_out, "status": "status-no-content"}]
    project = generate(tmp_path / "service", endpoints=endpoints)
    stub = (project.folder / "app/endpoints/log_out.py").read_text(encoding="utf-8")
    assert "dependencies=[Depends(csrf_guard.check), Depends(session.ended)]" in stub
