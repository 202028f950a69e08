"""Shared caches as Debian packages them, in front of a service on this machine."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.generated.server import free_port, wait_for

SQUID = """\
http_port 127.0.0.1:{port} accel defaultsite=localhost
cache_peer 127.0.0.1 parent {origin} 0 no-query originserver login=PASSTHRU
http_access allow all
cache_mem 16 MB
refresh_pattern . 0 20% 4320
pid_filename {folder}/squid.pid
cache_log {folder}/cache.log
access_log none
shutdown_lifetime 0 seconds
"""
APACHE = """\
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule cache_module /usr/lib/apache2/modules/mod_cache.so
LoadModule cache_disk_module /usr/lib/apache2/modules/mod_cache_disk.so
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
User www-data
Group www-data
CacheRoot {folder}
CacheEnable disk /
CacheHeader on
ProxyPass / http://127.0.0.1:{origin}/
"""
NGINX = """\
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    proxy_cache_path {folder}/cache keys_zone=answers:1m;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{origin};
            proxy_cache answers;
            proxy_cache_valid any 10m;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Cache:
    """A program that answers for a service, and what its folder has to hold.

    `X-Cache` of its answers says HIT when they come from the cache.
    """

    program: str
    configuration: str
    command: Callable[[str, Path], list[str]]

    def path(self) -> str | None:
        """Return the program's path, or None when it is not installed."""
        return shutil.which(self.program, path=f"{os.environ['PATH']}:/usr/sbin")


CACHES = {
    "squid": Cache("squid", SQUID, lambda program, file: [program, "-N", "-f", str(file)]),
    "apache": Cache(
        "apache2", APACHE, lambda program, file: [program, "-D", "FOREGROUND", "-f", str(file)]
    ),
    # It stores what says nothing, and does not look at Authorization.
    "nginx": Cache(
        "nginx", NGINX, lambda program, file: [program, "-g", "daemon off;", "-c", str(file)]
    ),
}
"""Each stores what it may of its own accord: by its defaults, nginx for ten minutes."""


@contextmanager
def cached(cache: Cache, origin: int) -> Iterator[int]:
    """Run the cache in front of the port `origin`, and yield the port of its own."""
    program, port = cache.path(), free_port()
    assert program is not None, f"{cache.program} is not installed"
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)  # they give up the rights of root
        file = folder / "configuration"
        file.write_text(cache.configuration.format(port=port, origin=origin, folder=folder))
        with subprocess.Popen(cache.command(program, file), cwd=folder) as server:
            try:
                wait_for(port, server)
                yield port
            finally:
                server.terminate()
