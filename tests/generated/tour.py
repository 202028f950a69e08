"""The preset `tour`, with all that its endpoints need to answer, and a request to each of them."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scaffold.catalogue.index import VOCABULARY
from scaffold.catalogue.patterns import documents_of, load, template_root
from scaffold.spec.resources import expanded
from scaffold.system.yaml_files import read_yaml
from scaffold.template.renderer import Template
from tests.generated.project import Project, generate

USER, PASSWORD, TOKEN = "admin", "correct horse", "battery-staple"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5"
SETTINGS = {
    "APP_API_TOKEN": TOKEN,
    "APP_LOGIN_PASSWORD": PASSWORD,
    "APP_WEBHOOK_SECRETS": SECRET,
}
CONTENT = b"0123456789"
FILES = {"handbook.pdf": b"%PDF-0123456789", "report.txt": CONTENT}
"""What some tests know by name; the plan says which files are sent besides."""

Endpoint = dict[str, Any]


def tour(folder: Path, *resources: Mapping[str, Any]) -> Project:
    """Generate the project, with resources too, and put the files there that it sends."""
    preset = read_yaml(template_root() / "presets" / "tour.yml")
    project = generate(folder, **expanded({**preset, "resources": [*resources]}, (), load()))
    named = [each["response"]["o"].get("file") for each in planned()]
    rest = [load().vocabulary.convertors["path"]["example"]]
    for name in [*filter(None, named), *rest, *FILES]:
        path = project.folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES.get(name, CONTENT))
    return project


@cache
def planned() -> list[Endpoint]:
    """Return the endpoints as they are planned: see `compose/plan.jinja`."""
    documents = documents_of(template_root())
    patterns = [data for path, data in documents.items() if path.endswith("/pattern.yml")]
    given = {
        **read_yaml(template_root() / "presets" / "tour.yml"),
        "patterns": {pattern["id"]: pattern for pattern in patterns},
        "vocabulary": documents[VOCABULARY],
    }
    plan = Template(template_root()).default("plan", Path("service"), given)
    endpoints: list[Endpoint] = plan["endpoints"]
    return endpoints


def requests() -> Iterator[tuple[str, bytes]]:
    """Yield a request line and a body for each endpoint that speaks HTTP."""
    types = load().vocabulary.field_types
    for each in planned():
        if each["form"] == "handshake":
            continue
        fields = (each["body"] or {}).get("fields") or {}
        body = {name: types[field["kind"]]["json"] for name, field in fields.items()}
        yield f"{each['method']} {each['url']}", json.dumps(body).encode() if body else b""
