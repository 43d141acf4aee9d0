"""The server under test: a process, its files, and calls to it."""

import base64
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Lost(Exception):
    """No answer came: the connection was refused, or ended."""


IDLE = 30  # seconds; the server closes a connection that is idle for longer


class Wire:
    """One keep-alive connection, for one thread at a time."""

    def __init__(self, port, timeout=20, tls=None):
        self._port, self._timeout, self._tls, self._connection = port, timeout, tls, None
        self._used, self._epoch = 0, None

    def call(self, method, path, body=None, headers=None, epoch=None):
        """Returns status and body. Opens the connection anew after a failure, and where it would be
        one to a process that has ended: each has an epoch of its own."""
        now = time.monotonic()
        if epoch != self._epoch or now - self._used > IDLE:
            self.close()
        self._used, self._epoch = now, epoch
        if self._connection is None:
            self._connection = (
                http.client.HTTPSConnection(
                    "127.0.0.1", self._port, timeout=self._timeout, context=self._tls
                )
                if self._tls
                else http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
            )
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as lost:
            self.close()
            raise Lost(str(lost)) from lost

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Server:
    """`mintage serve` in a folder of its own, on the same ports after every start. The public
    listener speaks TLS."""

    def __init__(self, program, folder, clock=None, database="db", log=None):
        """`log`: a file; unless it is named, it is in the folder, whose disk may become full."""
        self.program = program
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = pathlib.Path(log or self.folder / "log")
        self.port, self.admin_port = free_port(), free_port()
        self.clock_library = clock
        self.clock_file = self.folder / "clock"
        self.clock_file.write_text(f"{0:<32}")
        self.database = database
        self.settings = {"log.level": '"warn"'}
        self._commands = set()
        self.process = None
        self.epoch = 0
        self._threads = threading.local()
        self._tls = ssl.create_default_context()
        # A certificate of its own, which changes: nobody else can be at that port.
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        self.make_certificate()
        self.write_config()

    @property
    def issuer(self):
        return f"https://127.0.0.1:{self.port}"

    def write_config(self):
        sections = {
            "http": {
                "listen": f'"127.0.0.1:{self.port}"',
                "io_threads": "2",
                "failures_per_minute": "0",
            },
            "http.tls": {"certificate": '"tls.pem"', "key": '"tls.key"'},
            "admin": {"listen": f'"127.0.0.1:{self.admin_port}"'},
            "storage.rocksdb": {"path": f'"{self.database}"'},
            "tokens": {"refresh_grace": '"2s"'},
            "clock": {"confirm_after": '"0s"'},
        }
        for key, value in self.settings.items():
            section, name = key.rsplit(".", 1)
            sections.setdefault(section, {})[name] = value
        text = f'issuer = "{self.issuer}"\n'
        for section, members in sections.items():
            text += f"[{section}]\n" + "".join(f"{k} = {v}\n" for k, v in members.items())
        # Replaced as a whole: the server may be reading it.
        fresh = self.folder / "mintage.toml.new"
        fresh.write_text(text)
        fresh.rename(self.folder / "mintage.toml")

    def environment(self):
        """Of the server and of its commands: they have one clock."""
        environment = dict(os.environ)
        if self.clock_library:
            environment["LD_PRELOAD"] = str(self.clock_library)
            environment["MINTAGE_TEST_CLOCK"] = str(self.clock_file)
        return environment

    def start(self):
        self.epoch += 1
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--config", str(self.folder / "mintage.toml")],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self.environment(),
            )

    def is_ready(self):
        try:
            return Wire(self.admin_port, 2).call("GET", "/readyz")[0] == 200
        except Lost:
            return False

    def wait_until(self, ready=True, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                return False
            if self.is_ready() == ready:
                return True
            time.sleep(0.1)
        return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return -1

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def set_clock_ahead(self, seconds):
        with open(self.clock_file, "r+") as file:
            file.write(f"{seconds:<32}")

    def memory_and_files(self):
        """Resident octets, and the number of open files."""
        root = pathlib.Path("/proc") / str(self.process.pid)
        pages = int((root / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE"), len(list((root / "fd").iterdir()))

    def command(self, *words):
        """Runs `mintage WORDS`. Returns exit code and output."""
        done = subprocess.run(
            [self.program, *words],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=self.environment(),
        )
        return done.returncode, done.stdout + done.stderr

    def commands(self):
        """The names of all commands of the program as it is now, or was before it is replaced."""
        try:
            text = self.command("--help")[1]
        except OSError:
            return self._commands
        self._commands = set(re.findall(r"^  ([a-z-]+) ", text, re.MULTILINE))
        return self._commands

    # --- the certificate of the public listener ---

    def make_certificate(self):
        """Puts a new certificate and its key in the place of the former ones."""
        files = {"-keyout": self.folder / "tls.key", "-out": self.folder / "tls.pem"}
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        words += ["-nodes", "-subj", "/CN=soak", "-days", "30"]
        for option, file in files.items():
            words += [option, f"{file}.new"]
        subprocess.run(words, stderr=subprocess.DEVNULL, check=True)
        for file in files.values():
            os.rename(f"{file}.new", file)

    def certificate(self):
        return (self.folder / "tls.pem").read_text()

    def shown_certificate(self):
        """What a new connection gets."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as plain:
            with context.wrap_socket(plain) as wire:
                return ssl.DER_cert_to_PEM_cert(wire.getpeercert(binary_form=True))

    # --- calls, each over a connection of the calling thread ---

    def _wire(self, port):
        wires = self._threads.__dict__.setdefault("wires", {})
        tls = self._tls if port == self.port else None
        return wires.setdefault(port, Wire(port, tls=tls))

    def admin(self, method, path, body=None):
        """Returns status and parsed JSON."""
        token = (self.folder / "admin.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        text = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            text = json.dumps(body)
        status, answer = self._wire(self.admin_port).call(method, path, text, headers, self.epoch)
        return status, json.loads(answer) if answer else {}

    def post(self, path, form, client=None):
        """Returns status and parsed JSON. `client`: id and secret for Basic."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if client is not None:
            pair = ":".join(urllib.parse.quote(part, safe="") for part in client)
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        status, answer = self._wire(self.port).call(
            "POST", path, urllib.parse.urlencode(form), headers, self.epoch
        )
        return status, json.loads(answer) if answer else {}

    def get(self, path):
        status, answer = self._wire(self.port).call("GET", path, epoch=self.epoch)
        return status, json.loads(answer) if answer else {}
