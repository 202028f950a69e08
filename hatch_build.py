"""Adds the index of the catalogue to a wheel; see `scaffold.catalogue.index`."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class IndexHook(BuildHookInterface[Any]):
    """Makes the index where git does not see it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the index; an editable install reads the checkout instead."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from scaffold.catalogue.index import NAME, write_index

        index = root / ".cache" / f"wheel-{NAME}"
        index.parent.mkdir(exist_ok=True)
        write_index(root, index)
        build_data["force_include"][str(index)] = f"scaffold/_template/{NAME}"
