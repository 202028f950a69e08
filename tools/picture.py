"""Draws `docs/line.svg`: how a line becomes a module, a test and an answer.

    python -m tools.picture

Every line of code in it is one that is generated for that line, and a test holds the picture to it.
It has a background of its own, so that it reads on light and on dark pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from scaffold.spec.answers import Sources, gather
from scaffold.template.renderer import Template

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "line.svg"
LINE = "GET /posts/{post_id:int} json-model(model=Post) cookie-set(name=seen) as get_post"
SHOWN: Mapping[str, tuple[str, str, str]] = {
    "app/endpoints/get_post.py": (
        "a module that is yours",
        "@router.get(",
        '    return Post(id=post_id, title="example")',
    ),
    "app/cookies/seen.py": ("flags in one place", "seen_cookie = ", ")"),
    "tests/endpoints/test_get_post.py": (
        "a test of what goes out",
        "def test_seen_cookie(",
        "    ]",
    ),
}
"""Of each file what it is, and the beginnings of the first and of the last line that are shown."""
WIRE = (
    "HTTP/1.1 200 OK",
    "content-type: application/json",
    "set-cookie: seen=example; HttpOnly; Path=/; SameSite=lax; Secure",
    "cache-control: private, no-cache",
    "",
    '{"id":1,"title":"example"}',
)
WIDTH, ROW, LEFT = 960, 17, 24
"""Pixels: of the picture, of a row of code, of the margin."""
STYLE = """\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d8dee9;white-space:pre}
.says{font:600 13px system-ui,sans-serif;fill:#8fbcff}
.file{fill:#9aa7b8}
.line{font-size:14px;font-weight:600;fill:#ffffff}
rect{fill:#1b2230;stroke:#33405a}
path{fill:none;stroke:#8fbcff;stroke-width:1.5}"""


def excerpts() -> dict[str, list[str]]:
    """Return the lines of each file that are shown, as they are generated, without docstrings."""
    answers = {"project_name": "shop", **gather(Sources(lines=[LINE]))}
    files = {each.path: each.content for each in Template(ROOT).files(Path("shop"), answers)}
    found = {}
    for path, (_, first, last) in SHOWN.items():
        lines = files[path].decode().splitlines()
        start = next(at for at, line in enumerate(lines) if line.startswith(first))
        end = next(at for at in range(start, len(lines)) if lines[at].startswith(last))
        found[path] = [line for line in lines[start : end + 1] if '"""' not in line]
    return found


def picture() -> str:
    """Return the picture, as SVG."""
    shown = excerpts()
    module, cookie, test = shown
    parts = [*_box(LEFT, 20, WIDTH - 2 * LEFT, "one line", "scaffold add", [f'"{LINE}"'], "line")]
    top = 20 + _height(1) + 34
    half = (WIDTH - 3 * LEFT) // 2
    right = LEFT + half + LEFT
    full = WIDTH - 2 * LEFT
    parts += _box(LEFT, top, full, SHOWN[module][0], module, shown[module])
    below = top + _height(len(shown[module])) + 34
    parts += _box(LEFT, below, half, SHOWN[test][0], test, shown[test])
    parts += _box(right, below, half, SHOWN[cookie][0], cookie, shown[cookie])
    answer = below + max(_height(len(shown[test])), _height(len(shown[cookie]))) + 34
    parts += _box(LEFT, answer, full, "what clients get", "curl --include", WIRE)
    for y in (top, below, answer):
        parts.append(f'<path d="M{WIDTH // 2} {y - 28}v20m-5 -6l5 6l5 -6"/>')
    height = answer + _height(len(WIRE)) + 20
    title = (
        "A line for scaffold, the module, the cookie and the test that it becomes, and the answer"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    ground = f'<rect width="{WIDTH}" height="{height}" rx="10" style="fill:#10151f;stroke:none"/>'
    return "\n".join(
        [head, f"<title>{title}</title>", f"<style>{STYLE}</style>", ground, *parts, "</svg>\n"]
    )


def _height(rows: int) -> int:
    return 40 + rows * ROW


def _box(
    x: int, y: int, width: int, says: str, file: str, lines: Sequence[str], kind: str = "code"
) -> Iterator[str]:
    """Yield a box with what it says above, and lines of code in it."""
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{_height(len(lines))}" rx="6"/>'
    yield f'<text x="{x + 12}" y="{y + 20}" class="says">{escape(says)}</text>'
    place = x + width - 12
    yield f'<text x="{place}" y="{y + 20}" class="file" text-anchor="end">{escape(file)}</text>'
    for number, line in enumerate(lines):
        at = y + 44 + number * ROW
        yield f'<text x="{x + 12}" y="{at}" class="{kind}">{escape(line)}</text>'


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
