"""HTML pages from the templates in `app/templates`."""

from pathlib import Path

from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.http.root_path import with_root_path

FOLDER = Path(__file__).parents[1] / "templates"

# Every value is escaped, and one that a page needs and is not given is an error.
templates = Jinja2Templates(
    env=Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
)
# For paths in links and forms: a page cannot know what a proxy puts in front of them.
templates.env.globals["with_root_path"] = with_root_path
