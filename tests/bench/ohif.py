"""OHIF as a peer's viewer: its built pages, as npm has them, and an Orthanc's DICOMweb on one origin, behind Debian's nginx."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.bench.servers import Server
from tests.services import accepts, free_port, running, wait_for

DIST = Path(__file__).resolve().parents[2] / "var" / "outside" / "ohif-app" / "package" / "dist"
SETTINGS = """window.config = {
  routerBasename: null, extensions: [], modes: [], showStudyList: true, defaultDataSourceName: 'orthanc',
  customizationService: [{'ohif.tours': {'$set': []}}],
  dataSources: [{namespace: '@ohif/extension-default.dataSourcesModule.dicomweb', sourceName: 'orthanc', configuration: {
    friendlyName: 'Orthanc', name: 'orthanc', qidoRoot: '/dicom-web', wadoRoot: '/dicom-web', wadoUriRoot: '/dicom-web',
    qidoSupportsIncludeField: false, supportsFuzzyMatching: false, supportsWildcard: true, imageRendering: 'wadors',
    thumbnailRendering: 'wadors', enableStudyLazyLoad: true, omitQuotationForMultipartRequest: true}}],
};"""
NGINX = """daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; {user}
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types; types {{ application/wasm wasm; text/javascript mjs; }}
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000; client_max_body_size 0;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  upstream orthanc {{ server 127.0.0.1:{orthanc}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location = /app-config.js {{ root {folder}; }}
    location /dicom-web/ {{
      proxy_pass http://orthanc; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_buffers 64 64k; proxy_buffer_size 64k;
    }}
    location / {{ root {dist}; try_files $uri /index.html; expires 1h; }}
  }}
}}
"""


def is_here() -> bool:
    return DIST.is_dir() and shutil.which("nginx") is not None


@contextlib.contextmanager
def ohif(orthanc: Server, folder: Path) -> Iterator[str]:
    """OHIF over `orthanc`; gives its address."""
    folder.mkdir(parents=True)
    port = free_port()
    (folder / "app-config.js").write_text(SETTINGS)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, orthanc=orthanc.http_port, dist=DIST, user=user))
    command = [str(shutil.which("nginx")), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(command, folder, signal.SIGTERM):
        wait_for(lambda: accepts(port), "nginx")
        yield f"http://127.0.0.1:{port}"
