"""The server, the login page and the example application, each in a process of its own."""

import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds; what is waited for comes sooner
PASSWORD = "correct horse battery staple"

CONFIG = """
issuer = "{issuer}"
[http]
listen = "127.0.0.1:{port}"
{tls}
[admin]
listen = "127.0.0.1:0"
token_file = "admin.token"
mint_token_file = "mint.token"
[authorization]
login_url = "{login}/login"
logout_url = "{login}/logout"
[storage.rocksdb]
path = "db"
[keys]
seal_key_file = "seal.key"
"""

LOGIN_CONFIG = """
public_url = "{login}"
issuer = "{issuer}"
admin_url = "{admin}"
mint_token_file = "mint.token"
listen = "127.0.0.1:{login_port}"
site = "Example Ltd"
behind_proxy = {behind_proxy}
"""

# The server also calls the application, at the end of a session.
TLS = """
[http.tls]
certificate = "tls.crt"
key = "tls.key"
[fetch]
ca_file = "tls.crt"
allow_loopback_for_tests = true
"""

# In front of login page and application, as in production.
PROXY = """
daemon off;
user root;
pid nginx.pid;
error_log nginx.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path .; proxy_temp_path .;
  fastcgi_temp_path .; uwsgi_temp_path .; scgi_temp_path .;
  ssl_certificate tls.crt;
  ssl_certificate_key tls.key;
  proxy_set_header X-Forwarded-For $remote_addr;
  server {{
    listen 127.0.0.1:{login_front} ssl;
    location / {{ proxy_pass http://127.0.0.1:{login_port}; }}
  }}
  server {{
    listen 127.0.0.1:{app_front} ssl;
    location / {{ proxy_pass http://127.0.0.1:{app_port}; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_listener(port, is_alive=lambda: True):
    end = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert is_alive() and time.monotonic() < end, f"nobody listens on {port}"
        time.sleep(0.02)


class World:
    """`stop` must be called; it checks that all programs end well.

    Login page and issuer have different hosts, so they are two sites for browsers. Over TLS a proxy
    is in front of the programs of Python.
    """

    def __init__(self, mintage, over_tls=False):
        self._processes = []
        self._environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mintage-browser-"))
        names = ("port", "login_port", "app_port", "login_front", "app_front")
        ports = {name: free_port() for name in names}
        self._values = {**ports, "tls": TLS if over_tls else "",
                        "behind_proxy": str(over_tls).lower()}
        if over_tls:
            self.issuer = f"https://localhost:{ports['port']}"
            self.login = f"https://127.0.0.1:{ports['login_front']}"
            self.app = f"https://localhost:{ports['app_front']}"
            self._make_certificate()
        else:
            self.issuer = f"http://127.0.0.1:{ports['port']}"
            self.login = f"http://localhost:{ports['login_port']}"
            self.app = f"http://127.0.0.1:{ports['app_port']}"
        self._values |= {"issuer": self.issuer, "login": self.login}

        ready = self.start("mintage", mintage, "serve", "--config",
                           self._write("mintage.toml", CONFIG))
        self.admin = "http://" + re.search(r" admin=(\S+)", ready).group(1)
        self._values["admin"] = self.admin
        self._token = (self.folder / "admin.token").read_text().strip()
        self._start_login_page()
        self._start_application()
        if over_tls:
            self._start("nginx", "nginx", "-p", self.folder, "-c",
                        self._write("nginx.conf", PROXY))
            wait_for_listener(ports["app_front"])

    def _write(self, name, template):
        (self.folder / name).write_text(template.format(**self._values))
        return self.folder / name

    def _make_certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.folder / "tls.key",
             "-out", self.folder / "tls.crt"], check=True, capture_output=True)
        (self.folder / "tls.key").chmod(0o600)
        self._environment["SSL_CERT_FILE"] = str(self.folder / "tls.crt")

    def _start_login_page(self):
        program = ROOT / "deploy" / "login-page" / "login"
        config = self._write("login.toml", LOGIN_CONFIG)
        subprocess.run([program, config, "add", "alice", "--name", "Alice Example", "--email",
                        "alice@example.com"], input=PASSWORD, text=True, check=True)
        self.start("login", program, config, "serve")

    def _start_application(self):
        secret = secrets.token_urlsafe(24)
        (self.folder / "app.secret").write_text(secret)
        # It has to be an https URL.
        logout = f"{self.app}/backchannel-logout" if self.app.startswith("https:") else ""
        self.register("example-app", f"{self.app}/callback", client_secret=secret,
                      client_name="Example application", backchannel_logout_uri=logout,
                      post_logout_redirect_uris=[f"{self.app}/logged-out"])
        self.start("app", ROOT / "deploy" / "example-app" / "example", self.issuer,
                   "--client-id", "example-app", "--secret-file", self.folder / "app.secret",
                   "--public-url", self.app, "--listen",
                   f"127.0.0.1:{self._values['app_port']}")

    def _start(self, name, *command):
        log = open(self.folder / f"{name}.log", "w+")
        process = subprocess.Popen([str(each) for each in command], stdout=subprocess.PIPE,
                                   stderr=log, text=True, env=self._environment)
        self._processes.append((name, process, log))
        return process

    def start(self, name, *command):
        """Returns the line that says that the program is ready."""
        line = self._start(name, *command).stdout.readline()
        assert line.startswith("ready "), f"{name} did not start: {line}{self.log(name)}"
        return line

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def stop(self):
        outcome = {}
        for name, process, log in reversed(self._processes):
            process.terminate()
            outcome[name] = process.wait()
            process.stdout.close()
            log.close()
        faults = [self.log(name) for name, status in outcome.items() if status != 0]
        shutil.rmtree(self.folder)
        assert not faults, "\n".join(faults)

    def call(self, path, body):
        request = urllib.request.Request(
            self.admin + path, json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read() or "{}")
        except urllib.error.HTTPError as why:
            raise AssertionError(f"{path}: {why.code} {why.read()}") from None

    def register(self, client_id, redirect_uri, **members):
        return self.call("/admin/clients", {
            "client_id": client_id, "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email offline_access", **members})
