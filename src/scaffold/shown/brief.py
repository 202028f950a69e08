"""The catalogue in less than 3 kB: all that a line can say, for a reader who pays for each word."""

from collections.abc import Iterator

from scaffold.catalogue.patterns import Catalogue, Option, Pattern

GRAMMAR = """\
scaffold add LINE; explain LINE; patterns ID
LINE: GET /path/{id:int} RESPONSE HEADER... COOKIE... STATUS query(q='str | None') body(title=str) \
form() files() errors(404) tags(a) as name
Before it: model Post(id=int, title=str), for model=Post, model=list[Post], body(Post)
Types: str int float bool date datetime uuid any list[T] enum(a, b)
Options, optional: (a=1, b='words /signs', c=[x, y], d={k: v}); \
M is (model=Row, fields={a: int})"""

HEADINGS = {
    "response": "RESPONSE, one:",
    "header": "HEADER:",
    "cookie": "COOKIE:",
    "status": "STATUS:",
    "app": "APPLICATION, in --data-file as application: [ID, {pattern: ID, OPTION: value}]:",
}
SHORT = {
    "columns,model,fields,filename,delimiter,byte_order_mark": "C",
    "model,fields": "M",
    "path,domain,secure,httponly,samesite,partitioned": "F",
    "media_type": "T",
    "filename": "N",
    "name,max_age": "B",
    "max_age": "A",
    "status_code": "S",
    "directives": "D",
    "disposition": "P",
    "content_security_policy": "E",
    "allow_origins": "O",
    "login_page": "G",
    "class_name": "K",
    "retry_after": "R",
    "name,value": "V",
    "name,max_length": "L",
}
"""What stands for options that many patterns have."""
CHOSEN = ("action", "form", "refuses")
"""Options whose choice decides what the pattern does."""


def brief_page(catalogue: Catalogue) -> str:
    """Return the grammar of a line and the ids of all patterns, each with its options."""
    legend = " ".join(f"{short}={options}" for options, short in SHORT.items())
    return "\n".join([GRAMMAR, f"Short: {legend}", *_families(catalogue)])


def _families(catalogue: Catalogue) -> Iterator[str]:
    for family, heading in HEADINGS.items():
        yield f"{heading} {' '.join(map(_pattern, catalogue.family(family)))}"


def _pattern(pattern: Pattern) -> str:
    options = ",".join(map(_option, pattern.options.values()))
    for long, short in SHORT.items():
        options = f",{options},".replace(f",{long},", f",{short},").strip(",")
    return f"{pattern.id}({options})" if options else pattern.id


def _option(option: Option) -> str:
    if option.name not in CHOSEN:
        return option.name
    choices = [str(choice) for choice in option.choices if choice != "none"]
    return f"{option.name}={'|'.join(choices)}"
