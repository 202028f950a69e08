"""What the pages of the patterns show is what the generated code is, and what a server sends."""

from scaffold.catalogue.patterns import template_root
from tests.generated.record import record


def test_recorded_files_are_up_to_date() -> None:
    """Generating, serving and asking again gives the same; else run `python3 tasks.py record`."""
    root = template_root()
    recorded = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in root.glob("patterns/*/*/example/*")
        if path.is_file()
    }
    made = {path.relative_to(root).as_posix(): text for path, text in record().items()}
    assert sorted(recorded) == sorted(made)
    for path, text in made.items():
        assert recorded[path] == text, path
