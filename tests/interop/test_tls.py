"""DICOM over TLS by programs that others wrote, and what is turned down. Not covered: certificates that are revoked."""

import contextlib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from imaging.archive.models import Instance
from imaging.dimse import tls
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import PeerUnreachable
from imaging.dimse.scu.echo import node_echo
from imaging.dimse.server import DicomServer, serving
from tests.interop.dicom_server import dcmtk
from tests.interop.test_hostile import others_are_served
from tests.interop.test_store import written


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, a certificate by it for us and one for a scanner, and one that nobody vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name in ("root", "own"):
        openssl(folder, "req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in ("server", "scanner"):
        openssl(folder, "req", *key[:5], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    return folder


@pytest.fixture
def secure(transactional_db: None, settings: LazySettings, papers: Path) -> Iterator[DicomServer]:
    settings.DICOM_TLS_PORT = 0
    settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY = str(papers / "server.pem"), str(papers / "server.key")
    settings.DICOM_TLS_CA = str(papers / "root.pem")
    with serving() as server:
        yield server


def with_papers(folder: Path, name: str) -> list[str]:
    return ["+tls", str(folder / f"{name}.key"), str(folder / f"{name}.pem"), "+cf", str(folder / "root.pem")]


def at(server: DicomServer) -> list[str]:
    return ["-aec", "LIGHTBOX", "127.0.0.1", str(server.tls_port)]


@pytest.mark.parametrize("profile", ["+py", "+px", "+pz"])
def test_dcmtk_stores_over_each_of_its_bcp_195_profiles(secure: DicomServer, papers: Path, tmp_path: Path, profile: str) -> None:
    dcmtk("storescu", *with_papers(papers, "scanner"), profile, *at(secure), str(written(tmp_path)))
    assert Instance.objects.count() == 1


def test_who_shows_no_certificate_that_we_know_is_turned_down(secure: DicomServer, papers: Path) -> None:
    said = dcmtk("echoscu", *with_papers(papers, "own"), *at(secure), check=False)
    assert "E:" in said or "F:" in said
    others_are_served(secure)


def test_without_mutual_tls_our_certificate_alone_is_shown(secure: DicomServer, papers: Path, settings: LazySettings) -> None:
    settings.DICOM_TLS_MUTUAL = False
    with serving() as server:
        dcmtk("echoscu", *with_papers(papers, "own"), *at(server))


def test_old_versions_and_weak_ciphers_find_no_agreement(secure: DicomServer, papers: Path) -> None:
    for version, ciphers in ((ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"), (ssl.TLSVersion.TLSv1_2, "AES128-SHA:@SECLEVEL=0")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(papers / "root.pem")
        context.load_cert_chain(papers / "scanner.pem", papers / "scanner.key")
        context.set_ciphers(ciphers)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, version
        with socket.create_connection(("127.0.0.1", secure.tls_port), 10) as sock, pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(sock, server_hostname="127.0.0.1")


def test_a_handshake_has_an_end_and_garbage_harms_nobody(secure: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_ACSE_SECONDS = 1
    for garbage in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", bytes(500)):
        with socket.create_connection(("127.0.0.1", secure.tls_port), 20) as sock:
            sock.sendall(garbage)
            with contextlib.suppress(ConnectionResetError):
                while sock.recv(4096):
                    pass
    others_are_served(secure)


def test_a_node_with_tls_is_not_let_in_without(secure: DicomServer, papers: Path, settings: LazySettings) -> None:
    settings.DICOM_TRUST_LOOPBACK = False
    RemoteNode.objects.create(ae_title="ECHOSCU", host="127.0.0.1", uses_tls=True)
    assert "Calling AE Title Not Recognized" in dcmtk("echoscu", "-aec", "LIGHTBOX", "127.0.0.1", str(secure.port), check=False)
    dcmtk("echoscu", *with_papers(papers, "scanner"), *at(secure))


class TestOurCalls:
    @pytest.fixture
    def far_port(self, papers: Path) -> Iterator[int]:
        """A foreign SCP that speaks TLS alone and wants to see a certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(papers / "root.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(papers / "scanner.pem", papers / "scanner.key")
        ae = AE("FAR")
        ae.add_supported_context(Verification)
        server = ae.start_server(("127.0.0.1", 0), block=False, ssl_context=context, evt_handlers=[(evt.EVT_C_ECHO, lambda _event: 0)])
        assert server is not None
        yield int(server.socket.getsockname()[1])
        server.shutdown()

    @pytest.fixture(autouse=True)
    def _ours(self, transactional_db: None, settings: LazySettings, papers: Path) -> None:
        settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY = str(papers / "server.pem"), str(papers / "server.key")
        settings.DICOM_TLS_CA = str(papers / "root.pem")

    def test_a_node_is_called_over_tls_with_our_certificate(self, far_port: int) -> None:
        node = RemoteNode.objects.create(ae_title="FAR", host="127.0.0.1", port=far_port, uses_tls=True)
        assert node_echo(node=node) > 0

    def test_a_node_that_nobody_vouches_for_gets_nothing(self, far_port: int, papers: Path, settings: LazySettings) -> None:
        settings.DICOM_TLS_CA = str(papers / "own.pem")
        node = RemoteNode.objects.create(ae_title="FAR", host="127.0.0.1", port=far_port, uses_tls=True)
        with pytest.raises(PeerUnreachable, match="TLS"):
            node_echo(node=node)

    def test_a_certificate_that_cannot_be_read_is_said(self, settings: LazySettings) -> None:
        settings.DICOM_TLS_CERTIFICATE = "/nowhere.pem"
        with pytest.raises(ImproperlyConfigured, match="LIGHTBOX_DICOM_TLS_CERTIFICATE"):
            tls.server_context()
        node = RemoteNode.objects.create(ae_title="FAR", host="127.0.0.1", port=1, uses_tls=True)
        with pytest.raises(PeerUnreachable, match="certificate"):
            node_echo(node=node)
