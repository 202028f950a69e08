"""JSON Schema of the endpoint list and of the data file, so that editors complete and check them.

The schema (JSON Schema 2020-12) is made from the catalogue, the vocabulary and the questions. It
says what is well formed; which patterns go together is what `scaffold.spec.check` knows besides.
"""

from collections.abc import Mapping
from typing import Any

from scaffold.catalogue.patterns import Catalogue, Option, Pattern, Vocabulary
from scaffold.spec.resources import PATH

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENTRIES = {
    "response": "response-entry",
    "header": "header-entry",
    "cookie": "cookie-entry",
    "status": "status-entry",
    "app": "application-entry",
}
"""The definition of an entry of each family."""
LONGEST_TYPE = 5000
LONGEST_TAG = 60
MOST_FIELDS = 100
MOST_RESOURCES = 100
"""What `compose/check.jinja` accepts at most, which `tests/test_schema.py` holds to it."""


def endpoints_schema(catalogue: Catalogue) -> Schema:
    """Return the schema of a list of endpoints."""
    return {
        "$schema": DIALECT,
        "title": "Endpoints",
        **_list_of("endpoint"),
        "$defs": definitions(catalogue),
    }


def answers_schema(catalogue: Catalogue, questions: Mapping[str, Mapping[str, Any]]) -> Schema:
    """Return the schema of a data file, and of `.copier-answers.yml`.

    Args:
        catalogue: the patterns.
        questions: those of `copier.yml` that can be answered.
    """
    own = {
        "models": _list_of("model"),
        "resources": {**_list_of("resource"), "maxItems": MOST_RESOURCES},
        "endpoints": _list_of("endpoint"),
        "application": _list_of("application-entry"),
    }
    asked = {name: _question(question, catalogue) for name, question in questions.items()}
    return {
        "$schema": DIALECT,
        "title": "Answers",
        "description": "What `scaffold new --data-file` takes.",
        "type": "object",
        "properties": {**asked, **own},
        "patternProperties": {"^_": {"description": "Copier's own record of the template."}},
        "additionalProperties": False,
        "$defs": definitions(catalogue),
    }


def definitions(catalogue: Catalogue) -> dict[str, Schema]:
    """Return the schemas of an endpoint, of its parts, and of each pattern."""
    words = catalogue.vocabulary
    entries = {
        definition: _entry(catalogue.family(family), f"{family} pattern")
        for family, definition in ENTRIES.items()
    }
    patterns = {pattern.id: _pattern(pattern, words) for pattern in catalogue.patterns.values()}
    return {
        "endpoint": _endpoint(words),
        "fields": _fields(words),
        "type": _field_type(words),
        "model": _model(words),
        "resource": {"anyOf": [_resource(words), _short_resource(words)]},
        **entries,
        **patterns,
    }


def _endpoint(words: Vocabulary) -> Schema:
    return {
        "type": "object",
        "description": "One endpoint: one response pattern, and what goes with it.",
        "properties": {
            "name": {
                "type": "string",
                "pattern": f"^{words.names['endpoint']}$",
                "description": "Name of the function, its module and the operation: snake_case.",
            },
            "method": {"enum": list(words.methods)},
            "path": {
                "type": "string",
                "pattern": "^/",
                "maxLength": 200,
                "description": "Such as /posts/{post_id:int}; types are "
                f"{', '.join(words.convertors)}.",
            },
            "tags": {
                "anyOf": [_tags(), {"type": "null"}],
                "description": "Under which the document lists it.",
            },
            "query": {
                "anyOf": [_query(words), {"type": "null"}],
                "description": "Fields of the query.",
            },
            "form": {
                "anyOf": [_ref("fields"), {"type": "null"}],
                "description": "Fields of a form, instead of a body.",
            },
            "files": {
                "anyOf": [_files(words), {"type": "null"}],
                "description": "Files that a form uploads.",
            },
            "body": {
                "anyOf": [_ref("fields"), _text(words.shapes["model"].matches), {"type": "null"}],
                "description": "The request's body, as fields or as a model; "
                f"{', '.join(words.body_methods)}.",
            },
            "data": {
                "anyOf": [_text(words.names["short"]), {"type": "null"}],
                "description": "The resource whose rows it is about.",
            },
            "response": {"anyOf": [_ref("response-entry"), {"type": "null"}]},
            "errors": {
                "anyOf": [_errors(words), {"type": "null"}],
                "description": "Errors that it answers with besides those of its patterns.",
            },
            "status": {"anyOf": [_ref("status-entry"), {"type": "null"}]},
            "headers": _optional_list("header-entry"),
            "cookies": _optional_list("cookie-entry"),
        },
        "required": ["name", "method", "path"],
        "anyOf": [{"required": ["response"]}, {"required": ["status"]}],
        "additionalProperties": False,
    }


def _errors(words: Vocabulary) -> Schema:
    statuses = [
        {"const": int(status), "description": says} for status, says in words.errors.items()
    ]
    return {"type": "array", "items": {"anyOf": statuses}, "maxItems": 8, "uniqueItems": True}


def _fields(words: Vocabulary) -> Schema:
    return {
        "type": "object",
        "description": "Fields by name, such as {id: int, title: 'str(max_length=200) | None'}.",
        "propertyNames": {"pattern": f"^{words.names['field']}$"},
        "additionalProperties": _ref("type"),
        "minProperties": 1,
    }


def _field_type(words: Vocabulary) -> Schema:
    """Return the schema of a type: how it may begin, as JSON Schema cannot count brackets."""
    return {
        "description": "A type: a scalar, list[...], dict[str, ...], enum(...), a model, a class "
        "as module:Class; with constraints in parentheses, | None, and = a default.",
        **_text(words.shapes["type"].matches),
        "maxLength": LONGEST_TYPE,
        "examples": [*words.field_types, "list[str]", "enum(draft, published)", "str | None"],
    }


def _model(words: Vocabulary) -> Schema:
    return {
        "type": "object",
        "description": "A model, which becomes a module in app/models/.",
        "properties": {
            "name": _text(words.shapes["class_name"].matches),
            "fields": {"allOf": [_ref("fields")], "maxProperties": MOST_FIELDS},
        },
        "required": ["name", "fields"],
        "additionalProperties": False,
    }


def _resource(words: Vocabulary) -> Schema:
    return {
        "type": "object",
        "description": "A table, whose rows go over the wire as a model.",
        "properties": {
            "name": _text(words.names["short"]),
            "model": _text(words.shapes["class_name"].matches),
            "unique": {"anyOf": [_words(), {"type": "null"}]},
        },
        "required": ["name", "model"],
        "additionalProperties": False,
    }


def _short_resource(words: Vocabulary) -> Schema:
    return {
        "type": "object",
        "description": "A table with its model and endpoints, which the command makes of it.",
        "properties": {
            "path": _text(PATH),
            "name": _text(words.names["short"]),
            "model": _text(words.shapes["class_name"].matches),
            "fields": _ref("fields"),
            "unique": _words(),
            "order": _words(),
            "operations": _words(),
        },
        "required": ["path", "model", "fields"],
        "additionalProperties": False,
    }


def _words() -> Schema:
    return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}


def _tags() -> Schema:
    tag = {"type": "string", "minLength": 1, "maxLength": LONGEST_TAG}
    return {"type": "array", "items": tag, "uniqueItems": True}


def _query(words: Vocabulary) -> Schema:
    strict = {"type": "boolean", "description": "Whether other parameters are refused."}
    fields = _fields(words)
    either = {"anyOf": [_ref("type"), strict]}
    return {**fields, "properties": {"strict": either}}


def _files(words: Vocabulary) -> Schema:
    limits = {
        name: {"type": "integer", "minimum": 1, "maximum": most}
        for name, most in words.file_limits.items()
    }
    types = {
        "type": "array",
        "items": _text(words.shapes["media_type"].matches),
        "maxItems": 20,
        "uniqueItems": True,
    }
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{words.names['short']}$"},
        "additionalProperties": {
            "type": "object",
            "description": "The media types that are taken, or any; at most so many bytes each.",
            "properties": {"types": types, **limits},
            "additionalProperties": False,
        },
        "minProperties": 1,
        "maxProperties": 20,
    }


def _entry(patterns: list[Pattern], description: str) -> Schema:
    """Return a pattern's id, or a mapping with its options."""
    by_id = [{"const": pattern.id, "description": pattern.summary} for pattern in patterns]
    return {"description": description, "anyOf": [*by_id, *(_ref(p.id) for p in patterns)]}


def _pattern(pattern: Pattern, words: Vocabulary) -> Schema:
    options = {name: _option(option, words) for name, option in pattern.options.items()}
    via: Schema = {"via": {"enum": list(words.vias), "description": "How it reaches the answer."}}
    return {
        "type": "object",
        "title": pattern.title,
        "description": f"{pattern.summary} ({pattern.standard})",
        "properties": {
            "pattern": {"const": pattern.id},
            **options,
            **(via if pattern.family in ("header", "cookie") else {}),
        },
        "required": ["pattern"],
        "additionalProperties": False,
    }


def _option(option: Option, words: Vocabulary) -> Schema:
    schema = {**_type(option, words), "description": option.help}
    if option.default is None:
        return {"anyOf": [schema, {"type": "null"}], "default": None}
    return {**schema, "default": option.default}


def _type(option: Option, words: Vocabulary) -> Schema:
    match option.type:
        case "bool":
            return {"type": "boolean"}
        case "int":
            limits = {"minimum": option.minimum, "maximum": option.maximum}
            given = {name: limit for name, limit in limits.items() if limit is not None}
            return _chosen(option) or {"type": "integer", **given}
        case "fields":
            return _ref("fields")
        case "columns":
            shape = words.shapes["columns"]
            return {"type": "array", "items": _text(shape.matches), "minItems": 1}
        case "strings":
            return {"type": "array", "items": _chosen(option) or _text(option.matches)}
        case "str":
            return _chosen(option) or _text(option.matches)
    return _text(words.shapes[option.type].matches)


def _chosen(option: Option) -> Schema:
    return {"enum": list(option.choices)} if option.choices else {}


def _text(matches: str | None) -> Schema:
    return {"type": "string", **({"pattern": f"^(?:{matches})$"} if matches else {})}


def _question(question: Mapping[str, Any], catalogue: Catalogue) -> Schema:
    schema: Schema = {"description": question.get("help", "")}
    if question.get("multiselect"):
        return {**schema, "type": "array", "items": {"enum": list(catalogue.patterns)}}
    if isinstance(question.get("choices"), list):
        return {**schema, "enum": question["choices"]}
    return {**schema, "type": "boolean" if question["type"] == "bool" else "string"}


def _list_of(definition: str) -> Schema:
    return {"type": "array", "items": _ref(definition)}


def _optional_list(definition: str) -> Schema:
    return {"anyOf": [_list_of(definition), {"type": "null"}]}


def _ref(definition: str) -> Schema:
    return {"$ref": f"#/$defs/{definition}"}
