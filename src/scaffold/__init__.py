"""Generate FastAPI projects whose endpoints answer HTTP correctly."""

__version__ = "0.1.0"
