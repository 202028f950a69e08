"""The pages of the rules: their examples, with the lines that have to be found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.checker.facts import Rule
from scaffold.checker.rules import RULES, page_of

FENCE = re.compile(
    r"^```(?P<language>\w+)(?: title=\"(?P<title>.+?)\")?\n(?P<code>.*?)^```$", re.M | re.S
)
MARK = re.compile(r"#((?: RSP\d{3})+)$")
MAIN = "main.py"


@dataclass
class Example:
    """Files in which a rule finds something, or nothing.

    Attributes:
        rule: whose page it stands on.
        heading: what is said of it.
        found: whether there is something to find.
        files: the text of each file by its path.
    """

    rule: Rule
    heading: str
    found: bool
    files: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def marked(self) -> set[tuple[str, int, str]]:
        """Return the files, lines and codes that are marked."""
        return {
            (name, number, code)
            for name, text in self.files.items()
            for number, line in enumerate(text.splitlines(), 1)
            if (mark := MARK.search(line))
            for code in mark[1].split()
        }

    def __str__(self) -> str:
        """Return a name for tests."""
        return f"{self.rule.name}: {self.heading}"


def examples() -> Iterator[Example]:
    """Yield every example of every page."""
    for rule in RULES:
        for found, heading in ((True, "Found"), (False, "Not found")):
            section = section_of(page_of(rule).read_text(encoding="utf-8"), heading)
            for part in re.split(r"^### ", section, flags=re.M):
                example = Example(rule, part.partition("\n")[0] or heading, found)
                for block in FENCE.finditer(part):
                    if block["language"] == "python":
                        example.files[block["title"] or MAIN] = block["code"]
                if example.files:
                    yield example


def section_of(text: str, heading: str) -> str:
    """Return what stands under a heading of the second level."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
