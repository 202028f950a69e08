"""Resources in lines and data files: what becomes of them, and what is said of mistakes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.spec.answers import Sources, gather
from scaffold.spec.lines import format_line

POSTS = "resource /v1/blog-posts BlogPost(title=str, tags=list[str]) unique(title) order(title)"
SHORT: dict[str, Any] = {
    "path": "/v1/blog-posts",
    "model": "BlogPost",
    "fields": {"title": "str", "tags": "list[str]"},
    "unique": ["title"],
    "order": ["title"],
}
ONE = "/v1/blog-posts/{blog_post_id:int}"
BODY = "body(NewBlogPost) data(blog_posts) json-model(model=BlogPost)"
ENDPOINTS = [
    'GET /v1/blog-posts query(sort=\'enum(id, "-id", title, "-title") = id\') data(blog_posts) '
    "json-model(model=list[BlogPost]) link-pagination as list_blog_posts",
    f"GET {ONE} errors(404) data(blog_posts) json-model(model=BlogPost) etag-conditional "
    "as get_blog_post",
    f"POST /v1/blog-posts errors(409) {BODY} status-fixed "
    "location-created(location='/v1/blog-posts/{blog_post_id}') as create_blog_post",
    f"PUT {ONE} errors(404, 409) {BODY} if-match as replace_blog_post",
    f"PATCH {ONE} errors(404, 409) {BODY} if-match as change_blog_post",
    f"DELETE {ONE} errors(404) data(blog_posts) status-no-content as delete_blog_post",
    "GET /v1/blog-posts/export data(blog_posts) jsonl-stream(model=BlogPost) as export_blog_posts",
]


def test_a_line_becomes_models_a_resource_and_endpoints() -> None:
    answers = gather(Sources(lines=[POSTS]))
    assert answers["resources"] == [
        {"name": "blog_posts", "model": "BlogPost", "unique": ["title"]}
    ]
    fields = {"title": "str", "tags": "list[str]"}
    assert answers["models"] == [
        {"name": "BlogPost", "fields": {"id": "int", **fields}},
        {"name": "NewBlogPost", "fields": fields},
    ]
    assert [format_line(each) for each in answers["endpoints"]] == ENDPOINTS


def test_a_data_file_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "data.yml"
    file.write_text(yaml.safe_dump({"resources": [SHORT]}))
    assert gather(Sources(data_file=file)) == gather(Sources(lines=[POSTS]))
    whole = gather(Sources(lines=[POSTS]))
    file.write_text(yaml.safe_dump(whole))
    assert gather(Sources(data_file=file)) == whole


def test_operations_a_key_and_a_name() -> None:
    line = "resource /tags Tag(id=uuid, day=date) operations(read, export) as labels"
    answers = gather(Sources(lines=[line]))
    assert [each["name"] for each in answers["models"]] == ["Tag"]
    assert [format_line(each) for each in answers["endpoints"]] == [
        "GET /tags/{tag_id:uuid} errors(404) data(labels) json-model(model=Tag) etag-conditional "
        "as get_tag",
        "GET /tags/export data(labels) csv-stream(model=Tag, filename='labels.csv') "
        "as export_labels",
    ]


def test_a_resource_may_hold_models_beside_it() -> None:
    lines = ["model Place(city=str)", "resource /trips Trip(places=list[Place])"]
    assert "Trip" in [each["name"] for each in gather(Sources(lines=lines))["models"]]


SHOP = [
    "resource /orders Order(customer=Customer, shipTo=Customer | None, lines=list[Line])",
    "model Line(product=Product, count='int(ge=1)')",
    "model Photo(url=str)",
    "resource /products Product(id=uuid, photos='list[Photo](max_length=3)')",
    "resource /customers Customer(name=str)",
]


def test_models_of_other_tables_are_sent_as_ids() -> None:
    """Wherever these stand; the items of a list stay what they are unless they have some."""
    answers = gather(Sources(lines=SHOP))
    models = {one["name"]: one["fields"] for one in answers["models"]}
    assert models["NewOrder"] == {
        "customer_id": "int",
        "shipToId": "int | None",
        "lines": "list[NewLine]",
    }
    assert models["NewLine"] == {"product_id": "uuid", "count": "int(ge=1)"}
    assert models["NewProduct"] == {"photos": "list[Photo](max_length=3)"}
    assert "NewPhoto" not in models
    lines = {one["name"]: format_line(one) for one in answers["endpoints"]}
    assert " errors(409) " in lines["create_order"]
    assert " errors(404) " in lines["replace_product"]
    assert " jsonl-stream(model=Order) " in lines["export_orders"]


def test_a_mistake_between_resources_names_the_line() -> None:
    """Although both are right alone."""
    circle = ["resource /a A(b='B | None')", "resource /b B(a='A | None')"]
    for lines, said in (
        (circle, """resource line "resource /a A(b='B | None')": model: A leads back"""),
        ([POSTS, POSTS], "resource line "),
        ([POSTS, "resource /x/blog-posts Other(a=int)"], 'resource line "resource /x/blog-posts'),
    ):
        with pytest.raises(InvalidSpec) as caught:
            gather(Sources(lines=lines))
        assert str(caught.value).startswith(said)


MISTAKES = {
    "resource /posts": "a path, a model and its fields are needed",
    "resource /posts Post": "a path, a model and its fields are needed",
    "resource /posts Post(title=str) unique": '"unique" says nothing of a resource',
    "resource /posts Post(title=str) unique(title=1)": '"unique(title=1)" says nothing',
    "resource /posts Post(title=str) json-model": '"json-model" says nothing of a resource',
    "resource /posts Post(title=str) unique(title) unique(title)": "a second unique stands in it",
    "resource posts Post(title=str)": "has no parameters, and no slash at its end",
    "resource /users/{user_id}/posts Post(title=str)": "has no parameters",
    "resource /posts post(title=str)": "the name of a model has a capital first",
    "resource /posts Post(title=string)": 'title: "string" is no field type',
    "resource /posts Post(title=str) unique(slug)": "there is no slug for unique to name",
    "resource /posts Post(tags=list[str]) unique(tags)": "unique: tags is of a type",
    "resource /posts Post(tags=list[str]) order(tags)": 'query.sort: rows are not sorted by "tags"',
    "resource /posts Post(author=Author)": "author: there is no model Author",
    "resource /posts Post(title=str) operations(list, get)": "there is no get for operations",
    "resource /posts Post(id=str)": "Post has no id of its own",
    "resource /posts Post(id={a: 1}, b=int)": "Post has no id of its own",
    "resource /class Class(a=int)": "class is a name that generated modules use",
    "resource /posts Post(version=int)": 'rows have "version" for themselves',
    "resource /posts Session(a=int)": "Session is a name that the module of a resource uses",
    "resource /location Post(a=int)": "location is a name that generated modules use",
    "resource /posts Post(title=str) as a-b": '"a-b" is no usable name',
    "resource /posts Post(before='Post | None')": "model: Post leads back to itself",
    "resource /posts Post(registry=str)": 'rows have "registry" for themselves',
    "resource /posts Post(a=list[str]) as lambda": "lambda is a name that generated modules use",
}


@pytest.mark.parametrize(("line", "said"), MISTAKES.items())
def test_a_mistake_is_one_line_that_names_the_line(line: str, said: str) -> None:
    with pytest.raises((InvalidSpec, UsageMistake)) as caught:
        gather(Sources(lines=[line]))
    message = str(caught.value)
    assert message.startswith("resource line ")
    assert said in message
    assert "\n" not in message
    assert caught.value.status == 2


def test_a_mistake_in_a_data_file_names_its_place(tmp_path: Path) -> None:
    file = tmp_path / "data.yml"
    for wrong, said in (
        ({"table": "p"}, "resources[0]: there is no table of a resource"),
        ({"fields": None}, "resources[0]: a model and its fields are needed"),
        ({"order": "title"}, "resources[0]: order is a list"),
        ({"fields": {"title": "string"}, "unique": [], "order": []}, "resources[0]: title: "),
    ):
        file.write_text(yaml.safe_dump({"resources": [{**SHORT, **wrong}]}))
        with pytest.raises(InvalidSpec) as caught:
            gather(Sources(data_file=file))
        assert str(caught.value).startswith(said)
