"""Jinja as this template needs it: what Copier sets up for it, in a fraction of the time.

Who renders (`scaffold.template.renderer`) and who checks (`scaffold.spec.check`) evaluate the
template with the environment that is made here. Copier's sandbox is left out, so it is only for
templates of our own; docs/decisions/0003-one-validator.md and 0004-direct-rendering.md say why it
exists.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from glob import glob
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, FunctionLoader, StrictUndefined, Template

from scaffold.template import imports
from scaffold.template.bytecode import Bytecode

OPTIONS: Mapping[str, Any] = {
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}
"""What `_envops` in `copier.yml` says, which takes long to read."""

BORROWED = ("from_yaml",)
"""Filters that only few templates use, so that the extension that has them is imported late."""


TEXTS = FunctionLoader(lambda text: text)
"""Gives what stands in `copier.yml` to the cache of bytecode, as files are given to it."""


class ReusingEnvironment(Environment):
    """Jinja's, which makes imported macros once and calls them without asking what they want."""

    code_generator_class = imports.Code
    context_class = imports.Plain
    template_class = imports.Imported

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._texts: dict[str, Template] = {}

    def from_text(self, text: str) -> Template:
        """Return the template that a text is, compiled once; it is found by the text itself."""
        if text not in self._texts:
            self._texts[text] = TEXTS.load(self, text, self.make_globals(None))
        return self._texts[text]


@cache
def environment(root: Path) -> ReusingEnvironment:
    """Return Jinja for the template in the folder `root`."""
    made = ReusingEnvironment(  # noqa: S701 - what is written is Python, not HTML
        loader=FileSystemLoader(root), bytecode_cache=Bytecode(own_code()), **OPTIONS
    )
    made.filters |= FILTERS
    made.filters |= {name: partial(_borrowed, name) for name in BORROWED}
    return made


def own_code() -> bytes:
    """Return what decides what a template is compiled and rendered to: options, and filters."""
    return b"\0".join(Path(file).read_bytes() for file in (__file__, imports.__file__))


def to_json(value: Any, **how: Any) -> str:
    """Return a value as JSON; also one that JSON does not have, for a message that quotes it."""
    try:
        return json.dumps(value, default=str, **how)
    except (TypeError, ValueError, RecursionError):
        return "this value"


def extract(key: Any, container: Any) -> Any:
    """Return what stands under a key; made for `map`."""
    return container[key]


def fileglob(pattern: str) -> list[str]:
    """Return the files whose paths match a pattern of `glob`."""
    return [path for path in glob(pattern) if Path(path).is_file()]


def regex_findall(text: str, pattern: str) -> list[Any]:
    """Return what matches: the text, or that of the groups."""
    return re.findall(pattern, text)


def regex_replace(text: Any, pattern: str, replacement: str = "") -> str:
    """Return text with another one in the place of all that matches."""
    return re.sub(pattern, replacement, str(text))


def regex_search(text: str, pattern: str) -> str | None:
    """Return what matches first; None when nothing does."""
    found = re.search(pattern, text)
    return found and found[0]


def to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    """Return a value as YAML, each item in a line of its own.

    libyaml takes a sixth of the time, and writes the same where nothing needs an escape and no key
    is long.
    """
    import yaml

    written = json.dumps(value, ensure_ascii=False, default=str)
    is_plain = written.isascii() and "\\" not in written and not _UNUSUAL_KEY.search(written)
    fast = yaml.CDumper if yaml.__with_libyaml__ and is_plain else yaml.Dumper
    options = {"allow_unicode": True, "default_flow_style": False, **options}
    text: str = yaml.dump(value, Dumper=fast, indent=indent, **options)
    return text


_UNUSUAL_KEY = re.compile(r'"([^"]{100,})?": ')
"""In JSON without escapes: a key that YAML's dumpers write in more than one way."""


def to_datetime(text: str, form: str) -> datetime:
    """Return the point in time that is written in a form of `strptime`."""
    return datetime.strptime(text, form)


def type_debug(value: object) -> str:
    """Return the name of a value's type."""
    return type(value).__name__


FILTERS: Mapping[str, Callable[..., Any]] = {
    "extract": extract,
    "fileglob": fileglob,
    "from_json": json.loads,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "to_datetime": to_datetime,
    "to_json": to_json,
    "to_nice_yaml": to_nice_yaml,
    "type_debug": type_debug,
}
"""The filters of Copier that are not Jinja's own, as far as the composition uses them."""


def _borrowed(name: str, *arguments: Any, **options: Any) -> Any:
    from jinja2_ansible_filters.core_filters import FilterModule

    return FilterModule().filters()[name](*arguments, **options)
