"""Operations of an OpenAPI document, as endpoints: what can be said, and what cannot."""

from pathlib import Path

import pytest
import yaml

from tools.census import Document, Unsayable, endpoint, main

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/pets/{petId}": {
            "parameters": [{"name": "petId", "in": "path", "schema": {"type": "integer"}}],
            "get": {
                "parameters": [
                    {"name": "sortBy", "in": "query", "schema": {"enum": ["a", "b"]}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        }
                    }
                },
            },
            "delete": {"responses": {"204": {"description": "gone"}}},
            "patch": {"responses": {"200": {"description": ""}, "202": {"description": ""}}},
            "head": {"responses": {"200": {"description": ""}}},
        },
        "/pets": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    }
                },
                "responses": {
                    "201": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Pet"},
                                }
                            }
                        }
                    }
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Pet": {
                "allOf": [
                    {"properties": {"id": {"type": "integer", "minimum": 1}}, "required": ["id"]}
                ],
                "properties": {
                    "photoUrls": {"type": "array", "items": {"type": "string"}},
                    "mother": {"$ref": "#/components/schemas/Pet"},
                    "born": {"type": ["string", "null"], "format": "date"},
                },
            }
        }
    },
}


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """Return the document, read from a file."""
    file = tmp_path / "pets.yaml"
    file.write_text(yaml.safe_dump(DOCUMENT))
    return Document(file)


def test_operations_become_endpoints(document: Document) -> None:
    found = {}
    for path, method, operation, parameters in document.operations():
        try:
            found[method] = endpoint(document, path, method, operation, parameters)
        except Unsayable as error:
            found[method] = {"wrong": str(error)}
    assert found["get"] == {
        "name": "get_pets_petid",
        "method": "GET",
        "path": "/pets/{pet_id:int}",
        "query": {"sortBy": 'enum("a", "b") | None'},
        "response": {"pattern": "json-model", "model": "Pet"},
        "headers": [{"pattern": "header-param-model", "fields": {"x_trace": "str | None"}}],
    }
    assert found["post"]["body"] == "Pet"
    assert found["post"]["response"]["model"] == "list[Pet]"
    assert found["delete"]["status"] == "status-no-content"
    assert found["patch"] == {"wrong": "several 2xx"}
    assert found["head"] == {"wrong": "method"}
    assert document.models["Pet"] == {
        "id": "int(ge=1)",
        "photoUrls": "list[str] | None",
        "mother": "Pet | None",
        "born": "date | None",
    }


def test_the_checks_of_the_command_decide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pets.yaml"
    file.write_text(yaml.safe_dump(DOCUMENT))
    monkeypatch.setattr("sys.argv", ["census", str(file)])
    main()
    assert "| pets | 5 | 60% | 60% |" in capsys.readouterr().out
    document = {**DOCUMENT, "components": {"schemas": {"Pet": {"properties": {"a b": {}}}}}}
    file.write_text(yaml.safe_dump(document))
    main()
    assert "| pets | 5 | 20% | 60% |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statuses", "listed"),
    [
        (["404", "401", "default", "4XX"], [404]),
        (["422", "500"], None),
        (["409", "503"], [409, 503]),
    ],
)
def test_errors_are_listed_or_those_of_patterns(
    statuses: list[str], listed: list[int] | None, document: Document
) -> None:
    operation = {"responses": {"204": {}, **{code: {} for code in statuses}}}
    assert endpoint(document, "/pets", "delete", operation, []).get("errors") == listed


def test_errors_without_a_word_are_not_said(document: Document) -> None:
    operation = {"responses": {"204": {}, "418": {}}}
    with pytest.raises(Unsayable, match="error 418"):
        endpoint(document, "/pets", "delete", operation, [])
