"""`serve --certificate`: the desk speaks HTTPS itself, and the practice number goes on working behind it."""

import datetime
import http.client
import ipaddress
import json
import shutil
import socket
import ssl
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.operations.desk import Desk
from tests.ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def desk(certificate: Path) -> Iterator[Desk]:
    folder = Path(tempfile.mkdtemp(prefix="tl-tls-", dir="/tmp"))
    port = free_port()
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
    desk.session = json.loads(answer.read()) | {"cookie": cookie.split(";")[0]}


def test_practice_number_works_behind_a_certificate_that_nobody_else_trusts(desk: Desk, certificate: Path) -> None:
    """The simulator delivers over HTTPS: a customer's message comes in, and the answer's status comes back."""
    said = "Is this line open?"
    number = sandbox_of(desk)["number_id"]
    customer = ask_simulator(desk, f"/_phone/{number}/customers", {"name": "Hannah"})["id"]
    ask_simulator(desk, f"/_phone/{number}/customers/{customer}/messages", {"kind": "text", "text": said})

    listed = until(lambda: read(desk, certificate, "/api/conversations?view=open")["items"])
    assert listed[0]["last_message"]["preview"] == said
    path = f"/api/conversations/{listed[0]['id']}/messages"
    sent = {"client_id": "01a21832-dfc8-73a8-8e17-8f7900000001", "content": {"kind": "text", "text": "It is."}}
    assert ask(desk, certificate, "POST", path, sent).status == 201
    until(lambda: read(desk, certificate, path)["items"][-1]["status"] in ("delivered", "read"))


def test_simulator_trusts_that_certificate_and_still_verifies(desk: Desk, certificate: Path, tmp_path: Path) -> None:
    """Another certificate for the same name is refused: verification is not off."""
    other = make_certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(other, other.with_name("key.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener, server.wrap_socket(listener, server_side=True) as tls:
        tls.settimeout(10)
        port = int(tls.getsockname()[1])
        outcome: list[str] = []

        def accept() -> None:
            try:
                tls.accept()
                outcome.append("accepted")
            except ssl.SSLError as error:
                outcome.append(error.reason or "refused")

        thread = threading.Thread(target=accept)
        thread.start()
        ask_simulator(
            desk, "/_control/sandbox", sandbox_of(desk) | {"callback_url": f"https://localhost:{port}/hooks/x"}
        )
        number = sandbox_of(desk)["number_id"]
        customer = ask_simulator(desk, f"/_phone/{number}/customers", {"name": "Nobody"})["id"]
        ask_simulator(desk, f"/_phone/{number}/customers/{customer}/messages", {"kind": "text", "text": "Hello?"})
        thread.join(15)
    assert outcome
    assert outcome != ["accepted"], "the simulator took a certificate that it was not told to trust"


def sandbox_of(desk: Desk) -> dict[str, Any]:
    return json.loads((desk.data_dir / "simulator" / "whatsapp.sandbox.json").read_text())


def ask_simulator(desk: Desk, path: str, body: dict[str, Any]) -> Any:
    folder = desk.data_dir / "simulator"
    request = urllib.request.Request(
        f"http://127.0.0.1:{(folder / 'whatsapp.port').read_text().strip()}{path}",
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {(folder / 'whatsapp.token').read_text().strip()}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def read(desk: Desk, certificate: Path, path: str) -> Any:
    answer = ask(desk, certificate, "GET", path)
    content = answer.read()
    assert answer.status == 200, content
    return json.loads(content)


def until(found: Callable[[], Any], *, within_s: float = 30) -> Any:
    deadline = time.monotonic() + within_s
    while not (value := found()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.2)
    return value


def ask(
    desk: Desk, certificate: Path, method: str, path: str, body: dict[str, Any] | None = None
) -> http.client.HTTPResponse:
    """One request over TLS that trusts our certificate only; a process that is still starting is asked again."""
    context = ssl.create_default_context(cafile=str(certificate))
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPSConnection("localhost", desk.port, timeout=20, context=context)
        headers = {"content-type": "application/json", "origin": f"https://localhost:{desk.port}"}
        if desk.session:
            headers |= {"cookie": desk.session["cookie"], "x-csrf-token": desk.session["csrf_token"]}
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
