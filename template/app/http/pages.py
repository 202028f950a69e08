"""HTML pages from the templates in `app/templates`."""

from pathlib import Path

from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parents[1] / "templates"

# Every value is escaped, and one that a page needs and is not given is an error.
templates = Jinja2Templates(
    env=Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
)
