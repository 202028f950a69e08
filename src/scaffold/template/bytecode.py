"""What Jinja makes of the template's files, kept in the user's cache.

Most of the time of a render goes into compiling. What is kept is code of Python, which runs when it
is read back: it is believed only where nobody but the user can write; else there is no cache.
"""

import hashlib
import marshal
import sys
from contextlib import suppress

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from scaffold.system.kept_folder import KeptFolder

FOLDER = "bytecode"


class Bytecode(BytecodeCache):
    """Keeps the code of each template under what it was made from.

    That is its source, the environment, the version of Jinja, and the Python that runs. So the code
    of what has changed is never found, and versions that are used in turn leave each other's alone.
    """

    def __init__(self, environment: bytes) -> None:
        """Keep code for an environment, which some bytes tell from others."""
        self._folder = KeptFolder(FOLDER)
        self._known = "\n".join((sys.version, jinja2.__version__)).encode() + environment

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return what tells a template from others of the same source."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a bucket the code that was kept for it, if there is any."""
        content = self._folder.read(self._name(bucket))
        if content is not None:
            with suppress(ValueError, EOFError, TypeError):
                bucket.code = marshal.loads(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a bucket, if there is a place for it."""
        self._folder.write(self._name(bucket), marshal.dumps(bucket.code))

    def _name(self, bucket: Bucket) -> str:
        made_from = f"{bucket.key}\n{bucket.checksum}".encode()
        return hashlib.sha256(self._known + made_from).hexdigest()
