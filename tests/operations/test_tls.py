"""`serve --certificate`: the desk speaks HTTPS itself, and the practice number goes on working behind it."""

import datetime
import http.client
import ipaddress
import json
import shutil
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.operations.desk import Desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def desk(certificate: Path) -> Iterator[Desk]:
    folder = Path(tempfile.mkdtemp(prefix="tl-tls-", dir="/tmp"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    key = certificate.with_name("key.pem")
    desk = Desk(folder, port, "--certificate", str(certificate), "--certificate-key", str(key))
    try:
        desk.until_running()
        yield desk
    finally:
        desk.stop()
        shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_serve_with_a_certificate_speaks_https_only(desk: Desk, certificate: Path) -> None:
    assert "https://" in desk.said

    answer = ask(desk, certificate, "GET", "/api/session")
    assert answer.status == 401
    assert answer.getheader("strict-transport-security", "").startswith("max-age=31536000")
    assert desk.get("/")[0] != 200, "plain HTTP on the same port must not be answered"


def test_session_cookie_is_bound_to_https_and_host(desk: Desk, certificate: Path) -> None:
    token = desk.said.split("/setup?token=", 1)[1].split()[0]
    body = {
        "token": token,
        "name": "Mila",
        "email": "mila@example.org",
        "password": "a calm short sentence",
        "locale": "en",
    }
    answer = ask(desk, certificate, "POST", "/api/setup", body)
    assert answer.status == 200, answer.read()
    cookie = answer.getheader("set-cookie", "")
    assert cookie.startswith("__Host-threadline=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag.lower() in cookie.lower()


def ask(
    desk: Desk, certificate: Path, method: str, path: str, body: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """One request over TLS that trusts our certificate only; a process that is still starting is asked again."""
    context = ssl.create_default_context(cafile=str(certificate))
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPSConnection("localhost", desk.port, timeout=20, context=context)
        headers = {"content-type": "application/json", "origin": f"https://localhost:{desk.port}"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        if answer.status != 503 or time.monotonic() > deadline:
            return answer
        time.sleep(0.2)


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost, signed by itself; its key lies beside it in `key.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    key_file.chmod(0o600)
    return certificate_file
