"""Answers with yes or no."""

SWITCHES = {
    "toolkit_tests": True,
    "scaffold_check": False,
    "agents_md": False,
    "devcontainer": False,
}
"""Each with what holds for a project that was made before there was the question."""
