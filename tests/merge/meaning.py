"""What a module means, so that it can be compared with another one that is laid out differently."""

import ast
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from tokenize import COMMENT, generate_tokens

Meaning = Counter[str]
"""The parts of a module, in any order."""


def meaning(source: str) -> Meaning:
    """Return imported names, statements, the parts of functions and decorators, and comments."""
    tree = ast.parse(source)
    found = Counter(part for node in tree.body for part in _parts(node))
    tokens = generate_tokens(StringIO(source).readline)
    return found + Counter(token.string for token in tokens if token.type == COMMENT)


def _parts(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.ImportFrom(names=names):
            yield from (f"import {node.module} {ast.unparse(name)}" for name in names)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield f"{node.name} {type(node)} {node.returns and ast.unparse(node.returns)}"
            arguments = node.args
            for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
                yield f"{node.name} takes {ast.unparse(one)}"
            yield from (f"{node.name} has {ast.unparse(value)}" for value in arguments.defaults)
            for decorator in node.decorator_list:
                yield from (f"{node.name} {part}" for part in _call(decorator))
            yield from (f"{node.name} does {each}" for each in _done(node.body))
        case _:
            yield ast.unparse(node)


def _done(body: list[ast.stmt]) -> list[str]:
    """Return statements; a value that is only put into a variable to be returned is returned."""
    match body[-2:]:
        case [
            ast.Assign(targets=[ast.Name(id=name)], value=value),
            ast.Return(value=ast.Name(id=same)),
        ]:
            if name == same:
                return [*map(ast.unparse, body[:-2]), f"return {ast.unparse(value)}"]
    return [ast.unparse(each) for each in body]


def _call(node: ast.expr) -> Iterator[str]:
    """Yield the arguments of a call; those that are lists or mappings one by one."""
    if not isinstance(node, ast.Call):
        yield ast.unparse(node)
        return
    yield from (f"{ast.unparse(node.func)} {ast.unparse(each)}" for each in node.args)
    for keyword in node.keywords:
        yield from (f"{keyword.arg}: {part}" for part in _items(keyword.value))


def _items(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.List(elts=items):
            yield from map(ast.unparse, items)
        case ast.Dict(keys=keys, values=values):
            for key, item in zip(keys, values, strict=True):
                yield f"{key and ast.unparse(key)} {_sorted(item)}"
        case _:
            yield f"None {_sorted(value)}"


def _sorted(value: ast.expr) -> str:
    """Return a call whose arguments are in order, whatever theirs was."""
    if isinstance(value, ast.Call):
        given = [*map(ast.unparse, value.args), *map(ast.unparse, value.keywords)]
        return f"{ast.unparse(value.func)} {sorted(given)}"
    return ast.unparse(value)
