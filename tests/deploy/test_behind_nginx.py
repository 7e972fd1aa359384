"""The files of deploy/ at work: two web servers, started as compose.yaml says, behind the nginx that it says."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from compose_files import read_compose
from kb_process import KB, free_port, without_settings

from kb.core.settings import load_settings
from scripts.prepare import find_nginx

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAME = "help.example.com"
NGINX = find_nginx()
# Seconds for whatever comes by itself, on a machine that may be busy.
PATIENCE = 600.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="there is no nginx on this machine, and Debian's could not be fetched"),
]


@dataclass
class Site:
    """What runs: nginx, reached by HTTPS under NAME, and the two web servers behind it with their ports."""

    port: int
    trust: ssl.SSLContext
    servers: dict[int, "subprocess.Popen[bytes]"]

    def connect(self, timeout: float = 60.0) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout)
        return self.trust.wrap_socket(plain, server_hostname=NAME)

    def ask(self, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name, body."""
        with closing(http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.sock = self.connect()
            given = {"Host": NAME} | {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET" if body is None else "POST", path, body, given)
            response = connection.getresponse()
            names = [name.lower() for name, _ in response.getheaders()]
            return (
                response.status,
                dict(zip(names, [value for _, value in response.getheaders()], strict=True)),
                response.read(),
            )


def wait_until(what: "object", deadline: float = PATIENCE) -> None:
    end = time.monotonic() + deadline
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/readyz", headers={"Host": "web"})
        return connection.getresponse().status == 200
    return False


@pytest.fixture(scope="module")
def environment(databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """That of web1 in compose.yaml, with the secrets of the script and a database that is here."""
    folder = tmp_path_factory.mktemp("compose")
    subprocess.run([shutil.copy(DEPLOY / "make-secrets.sh", folder), NAME], check=True, capture_output=True)
    url = folder / "secrets" / "kb_database"
    url.unlink()
    url.write_text(databases.new_url("postgresql"))
    services = read_compose(DEPLOY / "compose.yaml", environment={"KB_PUBLIC_URL": f"https://{NAME}"})["services"]
    given = services["web1"]["environment"]
    given = {name: value.replace("/run/secrets", str(folder / "secrets")) for name, value in given.items()}
    # What the image says, but for the model and where it listens.
    settings = given | {"KB_HOME": str(folder / "volume" / "state"), "KB_MODEL": "hash", "KB_WORKERS": "1"}
    databases.make(load_settings(settings))
    kept = without_settings()
    command = [*KB, *services["migrate"]["command"]]
    subprocess.run(command, cwd=ROOT, env=kept | settings, check=True)
    return kept | settings


@pytest.fixture(scope="module")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    secrets = Path(environment["KB_DATABASE_FILE"]).parent
    ports = {"8080": free_port(), "8443": free_port()}
    web = {"172.30.88.11:8000": free_port(), "172.30.88.12:8000": free_port()}
    for path in (DEPLOY / "nginx").iterdir():
        text = path.read_text("utf-8").replace("/tmp/", f"{folder}/").replace("/run/secrets", str(secrets))
        text = text.replace("/dev/stdout", f"{folder}/access.log").replace("/dev/stderr", f"{folder}/error.log")
        for inside, outside in ports.items():
            text = text.replace(f"listen {inside}", f"listen 127.0.0.1:{outside}")
        for address, port in web.items():
            text = text.replace(address, f"127.0.0.1:{port}")
        (folder / path.name).write_text(text)
    command = [str(NGINX), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log"), "-p", str(folder)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    # As root it would hand its work to a user who may not look into this folder.
    user = "user root; " if os.geteuid() == 0 else ""
    nginx = subprocess.Popen([*command, "-g", f"{user}daemon off;"])
    servers = {port: serve(environment, number, port) for number, port in enumerate(web.values(), 1)}
    try:
        wait_until(lambda: all(is_ready(port) for port in servers))
        trust = ssl.create_default_context(cafile=str(secrets / "tls_certificate"))
        yield Site(ports["8443"], trust, servers)
    finally:
        for process in (nginx, *servers.values()):
            process.terminate()
        for process in (nginx, *servers.values()):
            process.wait(120)


def serve(environment: dict[str, str], number: int, port: int) -> "subprocess.Popen[bytes]":
    """One more web server, with a disk of its own; it is refused nothing, or the test ends here."""
    own = {"KB_HOME": f"{environment['KB_HOME']}{number}", "KB_PORT": str(port), "KB_HOST": "127.0.0.1"}
    return subprocess.Popen([*KB, "serve"], cwd=ROOT, env=environment | own)


def test_pages_and_styles_come_over_https_and_figures_do_not(site: Site) -> None:
    status, headers, page = site.ask("/help/en")
    if status in {301, 302, 308}:
        status, headers, page = site.ask(re.sub(r"^https://[^/]+", "", headers["location"]))
    assert status == 200
    assert "strict-transport-security" in headers
    style = re.search(r'href="(/static/dist/[^"]+\.css)"', page.decode())
    assert style
    status, headers, _ = site.ask(style[1], Accept_Encoding="br")
    assert (status, headers["content-encoding"]) == (200, "br")
    assert "immutable" in headers["cache-control"] or "max-age=31536000" in headers["cache-control"]
    assert site.ask("/metrics")[0] == 404


def test_a_visitor_cannot_say_where_they_come_from(site: Site) -> None:
    """Links begin with our name whatever is sent in the headers of proxies."""
    lies = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Prefix": "/evil", "X_Forwarded_For": "1.2.3.4"}
    status, headers, page = site.ask("/help/en/search?q=refund", **lies)
    assert status == 200
    assert b"evil" not in page
    assert "evil" not in str(headers)


def test_updates_of_a_chat_come_at_once(site: Site) -> None:
    """Nothing on the way keeps them until there is more: the stream is read while it stays open."""
    _, headers, page = site.ask("/help/en/chat")
    cookie = headers["set-cookie"].split(";")[0]
    form = dict(re.findall(r'name="(csrf_token|key)"[^>]*value="([^"]+)"', page.decode()))
    filled = urlencode(form | {"message": "Where is my parcel?", "name": "Asha"})
    sent = {
        "Cookie": cookie,
        "Content_Type": "application/x-www-form-urlencoded",
        "Origin": f"https://{NAME}",
        "Referer": f"https://{NAME}/help/en/chat",
    }
    status, headers, page = site.ask("/help/en/chat", filled, **sent)
    assert status == 303, page.decode()[:2000]
    room = re.sub(r"^https://[^/]+", "", headers["location"]).split("?")[0]
    with site.connect(timeout=60) as stream:
        stream.sendall(f"GET {room}/live HTTP/1.1\r\nHost: {NAME}\r\nCookie: {cookie}\r\n\r\n".encode())
        seen = b""
        while b"event: connected" not in seen:
            piece = stream.recv(4096)
            assert piece, seen.decode()
            seen += piece
    assert b"text/event-stream" in seen


def test_whoever_sends_slowly_or_too_much_is_let_go(site: Site) -> None:
    with site.connect(timeout=60) as slow:
        slow.sendall(f"POST /help/en/chat HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\nhalf".encode())
        started = time.monotonic()
        with suppress(OSError):  # ends without a word, or with 408
            assert slow.recv(4096).startswith((b"", b"HTTP/1.1 408"))
        assert 5 < time.monotonic() - started < 50
    with site.connect() as large:
        large.sendall(f"POST /help/en/chat HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 5000000\r\n\r\n".encode())
        assert large.recv(4096).startswith(b"HTTP/1.1 413")


def test_one_of_two_is_stopped_and_nobody_notices(site: Site, environment: dict[str, str]) -> None:
    """SIGTERM, as `docker stop` sends it: what it works on is finished, and the other one answers."""
    port, server = next(iter(site.servers.items()))
    statuses = [site.ask("/help/en/search?q=refund")[0]]
    server.terminate()
    while server.poll() is None:
        statuses.append(site.ask("/help/en/search?q=refund")[0])
    assert server.returncode == 0
    statuses += [site.ask("/help/en/search?q=refund")[0] for _ in range(5)]
    site.servers[port] = serve(environment, 1, port)
    wait_until(lambda: is_ready(port))
    statuses.append(site.ask("/help/en/search?q=refund")[0])
    assert set(statuses) == {200}
