"""The documentation as a site: `docs/`, with a page for each pattern and for the commands."""
