"""What is wrong on the wire in any FastAPI application, found by reading its files.

Nothing of the application is imported or run. From `files` to `run`: modules are parsed
(`modules`), names are resolved to what they are bound to (`scopes`, `names`, `values`), which gives
the facts of FastAPI (`routes`, `dependencies`, `answers`); each module in `rules` reads these.
"""
