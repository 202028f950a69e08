"""An endpoint as one line."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import UsageMistake
from scaffold.spec.lines import format_line, format_model, parse_line, parse_model


def test_a_line_is_read_into_the_form_of_a_data_file() -> None:
    line = (
        "GET /posts/{post_id:int} json-model(model=Post)"
        " cache-control(directives='private, no-cache')"
        " cookie-set(name=last_viewed_post, via=dependency) as get_post"
    )
    assert parse_line(line) == {
        "name": "get_post",
        "method": "GET",
        "path": "/posts/{post_id:int}",
        "response": {"pattern": "json-model", "model": "Post"},
        "headers": [{"pattern": "cache-control", "directives": "private, no-cache"}],
        "cookies": [{"pattern": "cookie-set", "name": "last_viewed_post", "via": "dependency"}],
    }


def test_a_body_and_a_status_have_keys_of_their_own() -> None:
    line = "POST /posts json-model status-fixed body(title=str, note=str | None) as create_post"
    endpoint = parse_line(line)
    assert endpoint["body"] == {"title": "str", "note": "str | None"}
    assert endpoint["status"] == "status-fixed"


def test_errors_are_numbers() -> None:
    line = "GET /posts/{id} tags(posts) errors(404, 409) json-model as get_post"
    endpoint = parse_line(line)
    assert (endpoint["errors"], endpoint["tags"]) == ([404, 409], ["posts"])
    assert format_line(endpoint) == line


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Post", "Post"),
        ("en-US", "en-US"),
        ("a.b", "a.b"),
        ("'two words'", "two words"),
        ('"it\'s"', "it's"),
        ("86400", 86400),
        ("-1", -1),
        ("1.5", 1.5),
        ("true", True),
        ("True", True),
        ("false", False),
        ("null", None),
        ("None", None),
        ("none", "none"),
        ("[id, 'the title']", ["id", "the title"]),
        ("{id: int, title: str | None}", {"id": "int", "title": "str | None"}),
        ("{title: str|None}", {"title": "str | None"}),
        ("{'id': 'int'}", {"id": "int"}),
        ("print('x')", "print('x')"),
        ("{[a]: b}", {"[a]": "b"}),
    ],
)
def test_values_are_what_they_look_like(written: str, value: Any) -> None:
    endpoint = parse_line(f"GET /a json-model(option={written}) as a")
    assert endpoint["response"] == {"pattern": "json-model", "option": value}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("GET / html", "get"),
        ("GET /posts/{post_id} html", "get_posts_post_id"),
        ("GET /posts/{post_id:int}/comments.csv html", "get_posts_post_id_comments_csv"),
        ("delete /posts html", "delete_posts"),
        (f"GET /{'a' * 100} html", f"get_{'a' * 56}"),
    ],
)
def test_a_missing_name_follows_from_method_and_path(line: str, name: str) -> None:
    assert parse_line(line)["name"] == name


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "a method and a path are needed"),
        ("GET", "a method and a path are needed"),
        ("GET /a jsn-model", "there is no pattern jsn-model; did you mean json-model"),
        ("GET /a cors", "cors wraps the application"),
        ("GET /a html html", "a second response stands in it"),
        ("GET /a status-fixed status-dynamic", "a second status stands in it"),
        ("POST /a html body(a=str) body(b=str)", "a second body stands in it"),
        ("GET /a html as", "one name must follow `as`"),
        ("GET /a html as b c", "one name must follow `as`"),
        ("GET /a html as b as c", "one name must follow `as`"),
        ("GET /a html(", "( is not closed; put ) behind it"),
        ("GET /a json-model(fields={id: [1)}", "[ is not closed before )"),
        ("GET /a html(title='a'))", "nothing is open before )"),
        ("GET /a html(title='Hello)", "a quote is not closed"),
        ("GET /a html(title=it's)", "into the other kind"),
        ("GET /a html(title=/a)", 'cannot be read from "/a" on; write name=value, with quotes'),
        ("GET /a html(title=a, b)", "the options of html cannot be read; write name=value"),
        ("GET /a html(title=)", "with quotes around text that has spaces or signs"),
        ("/posts json-model", 'the method is missing before "/posts", as in GET /posts'),
        ("GET /posts/{id: int} html", "the path ends at the first space"),
        ("get_post server-timing", "a method and a path are needed, as in GET /posts"),
        ("GET /posts json_model", "no pattern json_model; did you mean json-model"),
        ("GET /a html('Hello')", "must all be written as name=value"),
        ("GET /a html(title=a, title=b)", "must be different names"),
        (
            "GET /a json-model(fields={id: int, id: str})",
            "the key id stands twice in fields of json-model; keep one of them",
        ),
        (
            "GET /a json-model(fields=[{1: a, id: int, 1: b}])",
            "the key 1 stands twice in fields of json-model",
        ),
        ("GET /a html(**title)", "must be different names"),
        ("GET /a html(pattern=csv)", "must be different names"),
        ("GET /a html(title=a)(title=b)", "must all be written as name=value"),
        ("GET /a (html)", "is no pattern"),
        ("GET /a html, csv", "is no pattern"),
        ("GET /a <b>", "is no pattern"),
        ("GET /a html\nas b", "control characters"),
        (f"GET /a html(title={'(' * 300}{')' * 300})", "with quotes around text"),
        (f"GET /a html(title={'a' * 5000})", "it is too long"),
    ],
)
def test_a_mistake_is_answered_with_one_line(line: str, problem: str) -> None:
    with pytest.raises(UsageMistake) as caught:
        parse_line(line)
    message = str(caught.value)
    assert problem in message
    assert message.startswith("endpoint line ")
    assert "\n" not in message


@given(st.text(max_size=80))
def test_no_text_at_all_gives_another_error(text: str) -> None:
    for line in (text, f"GET /a {text}", f"GET /a html({text})", f"GET /a html(title={text})"):
        try:
            parse_line(line)
        except UsageMistake as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
PRINTABLE = st.text(st.sampled_from(string.printable[:95] + "éß€"), max_size=30)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), PRINTABLE)
VALUES = st.one_of(
    SCALARS, st.lists(PRINTABLE, max_size=3), st.dictionaries(PRINTABLE, PRINTABLE, max_size=3)
)
OPTION_NAMES = st.sampled_from(["name", "value", "model", "max_age", "via"])


def entries(*pattern_ids: str) -> st.SearchStrategy[Any]:
    """Return a strategy for entries of these patterns, in both notations."""
    ids = st.sampled_from(pattern_ids)
    options = st.dictionaries(OPTION_NAMES, VALUES, min_size=1, max_size=3)
    return ids | st.builds(lambda id_, given: {"pattern": id_, **given}, ids, options)


FIELDS = st.dictionaries(
    st.sampled_from(["title", "note", "pattern", "from", "photoUrls", "filter[status]"]),
    st.sampled_from(["str", "int | None", "list[Post] = []", "enum('a, b')", "str(pattern='^a')"]),
    min_size=1,
)
ENDPOINTS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "method": st.sampled_from(["GET", "POST"]),
        "path": st.sampled_from(["/", "/posts/{post_id:int}", "/files/{rest:path}"]),
        "response": entries("json-model", "html"),
    },
    optional={
        "query": FIELDS,
        "body": FIELDS | st.sampled_from(["Post", "list[Post]", "app.posts:Post"]),
        "errors": st.lists(st.integers(400, 599), min_size=1, max_size=3),
        "status": entries("status-fixed"),
        "headers": st.lists(entries("cache-control", "header-set"), min_size=1, max_size=3),
        "cookies": st.lists(entries("cookie-set", "cookie-delete"), min_size=1, max_size=3),
    },
)


@given(ENDPOINTS)
def test_a_line_reads_back_as_what_it_was_written_from(endpoint: dict[str, Any]) -> None:
    assert parse_line(format_line(endpoint)) == endpoint


@given(st.from_regex(r"[A-Z][A-Za-z0-9]{0,20}", fullmatch=True), FIELDS)
def test_the_line_of_a_model_reads_back(name: str, fields: dict[str, Any]) -> None:
    model = {"name": name, "fields": fields}
    assert parse_model(format_model(model)) == model
