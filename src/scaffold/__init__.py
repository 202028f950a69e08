"""Generate FastAPI projects whose endpoints answer HTTP correctly."""


def __getattr__(name: str) -> str:
    """Return `__version__`, which few need: that of the checkout, or of the installed package."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from scaffold.template.origin import version

    return version()
