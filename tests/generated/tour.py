"""The preset `tour`, with all that its endpoints need to answer."""

from pathlib import Path

from tests.generated.project import Project, generate

USER, PASSWORD, TOKEN = "admin", "correct horse", "battery-staple"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5"
SETTINGS = {
    "APP_API_TOKEN": TOKEN,
    "APP_LOGIN_PASSWORD": PASSWORD,
    "APP_WEBHOOK_SECRETS": SECRET,
}
FILES = {
    "handbook.pdf": b"%PDF-0123456789",
    "logo.png": b"0123456789",
    "report.txt": b"0123456789",
}


def tour(folder: Path) -> Project:
    """Generate the project, and put the files there that it sends."""
    project = generate(folder, preset="tour")
    for name, content in FILES.items():
        path = project.folder / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return project
