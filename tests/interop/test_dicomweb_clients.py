"""Other people's DICOMweb clients against ours, over sockets: `dicomweb-client` of PyPI (Python) and of npm (Node).

npm's own test-suite runs in a browser: tests/e2e/test_dicomweb_suite.py. Not covered: their command lines.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient

from config.asgi import application
from imaging.access.services import token_create
from imaging.archive.models import Instance
from tests import people
from tests.imaging import pictures
from tests.web_server import served

ROOT = Path(__file__).resolve().parents[2]
NODE_CLIENT = ROOT / "var" / "outside" / "dicomweb-client" / "package" / "build" / "dicomweb-client.es.js"


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    with served(application) as address:
        yield f"{address}/dicomweb"


def authorization(person: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_create(user=person)}"}


@pytest.fixture
def client(server: str) -> DICOMwebClient:
    return DICOMwebClient(url=server, headers=authorization(people.pacs_admin()))


def test_python_searches_retrieves_and_stores(client: DICOMwebClient) -> None:
    sent = [pictures.slice_of(number, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1") for number in (1, 2)]
    answer = client.store_instances(sent)
    assert len(answer.ReferencedSOPSequence) == Instance.objects.count() == 2
    [study] = client.search_for_studies(search_filters={"PatientName": "LIN*"}, fields=["PatientAge"], fuzzymatching=False)
    assert study["0020000D"]["Value"] == ["1.2.3"]
    [series] = client.search_for_series("1.2.3")
    assert series["0020000E"]["Value"] == ["1.2.3.1"]
    assert len(client.search_for_instances("1.2.3", get_remaining=True, limit=1)) == 2
    uid = sent[0].SOPInstanceUID
    assert [one.SOPInstanceUID for one in client.retrieve_series("1.2.3", "1.2.3.1")] == [one.SOPInstanceUID for one in sent]
    assert np.array_equal(client.retrieve_instance("1.2.3", "1.2.3.1", uid).pixel_array, pictures.gradient(1))
    assert client.retrieve_instance_metadata("1.2.3", "1.2.3.1", uid)["00080018"]["Value"] == [uid]
    [frame] = client.retrieve_instance_frames(
        "1.2.3", "1.2.3.1", uid, [1], media_types=(("application/octet-stream", "1.2.840.10008.1.2.1"),)
    )
    assert frame == pictures.gradient(1).tobytes()
    [coded] = client.retrieve_instance_frames("1.2.3", "1.2.3.1", uid, [1], media_types=(("image/jls", "1.2.840.10008.1.2.4.80"),))
    assert coded.startswith(b"\xff\xd8")
    assert client.retrieve_instance_rendered("1.2.3", "1.2.3.1", uid, media_types=("image/png",)).startswith(b"\x89PNG")
    [pixels] = client.retrieve_bulkdata(f"{client.base_url}/studies/1.2.3/series/1.2.3.1/instances/{uid}/bulkdata/7FE00010")
    assert pixels == pictures.gradient(1).tobytes()


NODE = """
import { readFileSync } from 'node:fs'
const [clientPath, given] = process.argv.slice(2)
const { url, headers, file } = JSON.parse(given)

/* The part of a browser's XMLHttpRequest that the client uses. */
globalThis.XMLHttpRequest = class {
  #headers = {}; readyState = 0; status = 0; response = null; responseType = ''
  open(method, address) { this.method = method; this.address = address; this.readyState = 1 }
  setRequestHeader(name, value) { this.#headers[name] = value }
  getResponseHeader(name) { return this.answer.headers.get(name) }
  getAllResponseHeaders() { return [...this.answer.headers].map(([name, value]) => `${name}: ${value}`).join('\\r\\n') }
  async send(body) {
    this.answer = await fetch(this.address, { method: this.method, headers: this.#headers, body })
    this.status = this.answer.status; this.statusText = this.answer.statusText; this.readyState = 4
    const bytes = await this.answer.arrayBuffer()
    if (this.responseType === 'arraybuffer') this.response = bytes
    else {
      this.responseText = new TextDecoder().decode(bytes)
      this.response = this.responseType === 'json' && this.responseText ? JSON.parse(this.responseText) : this.responseText
    }
    this.onload?.(); this.onloadend?.(); this.onreadystatechange?.()
  }
}

const { api } = await import(clientPath)
const client = new api.DICOMwebClient({ url, headers, errorInterceptor: error => { throw error } })
const dataset = new Uint8Array(readFileSync(file)).buffer
await client.storeInstances({ datasets: [dataset] })
const studies = await client.searchForStudies({ queryParams: { PatientID: '00482913' } })
const at = { studyInstanceUID: '1.2.3', seriesInstanceUID: '1.2.3.1', sopInstanceUID: '1.2.3.1.1' }
const series = await client.searchForSeries(at)
const instances = await client.searchForInstances(at)
const metadata = await client.retrieveSeriesMetadata(at)
const one = await client.retrieveInstance(at)
const several = await client.retrieveSeries(at)
const frames = await client.retrieveInstanceFrames({ ...at, frameNumbers: '1' })
const rendered = await client.retrieveInstanceRendered(at)
const bulk = await client.retrieveBulkData({ BulkDataURI: metadata[0]['7FE00010'].BulkDataURI })
console.log(JSON.stringify({
  studies: studies.length, series: series.length, instances: instances.length, metadata: metadata.length, one: one.byteLength > 1000,
  several: several.length, frame: frames[0].byteLength, rendered: rendered[0].byteLength > 100, bulk: bulk[0].byteLength,
}))
"""


def test_node_searches_retrieves_and_stores(server: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not NODE_CLIENT.exists():
        pytest.fail("node or npm's dicomweb-client is not there: run make test once.")
    ds = pictures.slice_of(1, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1", SOPInstanceUID="1.2.3.1.1")
    ds.save_as(tmp_path / "one.dcm", enforce_file_format=True)
    shutil.copy(NODE_CLIENT, tmp_path / "client.mjs")
    (tmp_path / "calls.mjs").write_text(NODE, encoding="utf-8")
    given = {"url": server, "headers": authorization(people.pacs_admin()), "file": str(tmp_path / "one.dcm")}
    command = [node, str(tmp_path / "calls.mjs"), str(tmp_path / "client.mjs"), json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [found[name] for name in ("studies", "series", "instances", "metadata", "several")] == [1] * 5
    assert (found["one"], found["rendered"], found["frame"], found["bulk"]) == (True, True, 32768, 32768)
