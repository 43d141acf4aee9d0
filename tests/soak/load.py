"""The load: journeys that threads repeat, each with what it must find."""

import base64
import hashlib
import json
import random
import secrets
import threading
import time
import traceback

from server import Lost

VERIFIER = secrets.token_urlsafe(32)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]

REDIRECT = "https://soak.example/cb"
CODE_LIFE = 600
GRACE = 2  # tokens.refresh_grace in server.py


class World:
    """What all threads share: the server, the book, and whether a fault is going on."""

    def __init__(self, server, book):
        self.server, self.book = server, book
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._active, self._generation = 0, 0
        # When the clock last moved, by this program's own clock: lives of codes are not known then.
        self.clock_moved = time.monotonic()
        self.clients = {}
        self.secrets = []

    def __enter__(self):
        """A fault begins: requests may fail."""
        with self._lock:
            self._active += 1
            self._generation += 1

    def __exit__(self, *error):
        with self._lock:
            self._active -= 1
            self._generation += 1

    def mark(self):
        with self._lock:
            return (self._generation, self._active)

    def was_calm(self, mark):
        return mark[1] == 0 and self.mark() == mark

    def ask(self, kind, call, *arguments):
        """Returns status and body of one request; status 0 when no answer came."""
        mark = self.mark()
        begun = time.monotonic()
        try:
            status, body = call(*arguments)
        except Lost as lost:
            status, body = 0, {"error": str(lost)}
        self.book.answer(kind, status, time.monotonic() - begun)
        self.book.check("no_error", status != 500, f"{kind}: {body}")
        if self.was_calm(mark):
            self.book.check("no_pause", status not in (0, 503), f"{kind}: {status} {body}")
        return status, body

    def until_sure(self, kind, call, *arguments):
        """The same again until the server is sure: for requests that may be repeated."""
        while not self.stopping.is_set():
            status, body = self.ask(kind, call, *arguments)
            if status not in (0, 503):
                return status, body
            time.sleep(0.2)
        return 0, {}


def make_clients(world):
    """The clients of the load, by kind."""
    usual = {"redirect_uris": [REDIRECT], "scope": "openid profile offline_access read"}
    both = ["authorization_code", "refresh_token"]
    kinds = {
        "secret": {**usual, "require_pkce": False, "grant_types": both},
        "public": {**usual, "token_endpoint_auth_method": "none", "grant_types": both},
        "session": {
            **usual,
            "require_pkce": False,
            "grant_types": both,
            "rt_without_offline": True,
            "id_token_signed_response_alg": "ES256",
        },
        "machine": {"grant_types": ["client_credentials"], "scope": "read"},
    }
    for kind, metadata in kinds.items():
        status, made = world.until_sure(
            "create", world.server.admin, "POST", "/admin/clients", metadata
        )
        assert status == 201, (status, made)
        secret = made.get("client_secret")
        world.clients[kind] = (made["client_id"], secret)
        if secret:
            world.secrets.append(secret)


def mint(world, kind, scope="openid profile", sid=None):
    """A new code, or nothing when the server did not say so."""
    body = {
        "client_id": world.clients[kind][0],
        "redirect_uri": REDIRECT,
        "scope": scope,
        "sub": f"person-{random.randrange(1000)}",
        "auth_time": int(time.time()) - 1,
        "ttl": CODE_LIFE,
    }
    if kind == "public":
        body |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    if sid:
        body["sid"] = sid
    status, answer = world.ask("mint", world.server.admin, "POST", "/admin/codes", body)
    assert status in (0, 201, 503), (status, answer)
    return answer["code"] if status == 201 else None


def form_and_client(world, kind, form):
    """The form with a public client's id, and the credentials of others."""
    if kind == "public":
        return {**form, "client_id": world.clients[kind][0]}, None
    return form, world.clients[kind]


def redeem(world, kind, code, verifier=VERIFIER):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    if kind == "public":
        form["code_verifier"] = verifier
    form, client = form_and_client(world, kind, form)
    return world.ask("redeem", world.server.post, "/token", form, client)


def refresh(world, kind, token):
    form, client = form_and_client(
        world, kind, {"grant_type": "refresh_token", "refresh_token": token}
    )
    return world.ask("refresh", world.server.post, "/token", form, client)


def log_in(world, kind, scope="openid profile offline_access", sid=None):
    """The tokens of a new login, or nothing."""
    code = mint(world, kind, scope, sid)
    if code is None:
        return None
    status, tokens = redeem(world, kind, code)
    return tokens if status == 200 else None


def exchange(world):
    """A code is used twice."""
    code = mint(world, "secret")
    if code is None:
        return
    first, tokens = redeem(world, "secret", code)
    if first == 200:
        check_key(world, tokens["id_token"])
    second, _ = redeem(world, "secret", code)
    world.book.check("code_once", not (first == 200 and second == 200), "in turn")


def check_key(world, token):
    """Whether the key set has the key of a token, which was made a moment ago."""
    head = token.split(".")[0]
    kid = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    if random.random() < 0.1:
        status, keys = world.ask("jwks", world.server.get, "/jwks")
        if status == 200:
            known = [key["kid"] for key in keys["keys"]]
            world.book.check("key_published", kid in known, f"{kid} of {known}")


def race(world):
    """Four threads use one code at once."""
    code = mint(world, "secret")
    if code is None:
        return
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(redeem(world, "secret", code)[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.book.check("code_once", results.count(200) <= 1, f"at once: {results}")


def keep(world):
    """A code waits, perhaps through a crash, and is used."""
    code, minted = mint(world, "public"), time.monotonic()
    if code is None:
        return
    world.stopping.wait(random.uniform(5, 90))
    status, answer = redeem(world, "public", code)
    # Without an answer, the code may have been used; after a step of the clock it may be over.
    if status in (0, 503) or world.clock_moved > minted:
        return
    world.book.check("code_kept", status == 200, f"{status} {answer}")


def guess(world):
    """Wrong proofs, then the right one."""
    code = mint(world, "public")
    if code is None:
        return
    status, _ = redeem(world, "public", code, VERIFIER[:-1] + "0")
    world.book.check("proof_needed", status != 200, "a wrong verifier")
    client = (world.clients["machine"][0], "mcs_" + "x" * 43)
    form = {"grant_type": "client_credentials"}
    status, _ = world.ask("guess", world.server.post, "/token", form, client)
    world.book.check("proof_needed", status != 200, "a wrong secret")


def family(world):
    """Refresh tokens follow each other; an old one is refused."""
    tokens = log_in(world, "public")
    if tokens is None:
        return
    newest, old = tokens["refresh_token"], None
    for _ in range(random.randrange(2, 6)):
        world.stopping.wait(random.uniform(0, 20))
        # The grace time lets a lost answer be asked for again, but not longer.
        status, answer = refresh(world, "public", newest)
        if status in (0, 503):
            return
        world.book.check("rotation_kept", status == 200, f"{status} {answer}")
        if status != 200:
            return
        newest, old = answer["refresh_token"], newest
    world.stopping.wait(GRACE + 1)
    if old is not None and not world.stopping.is_set():
        status, answer = refresh(world, "public", old)
        world.book.check("old_refused", status != 200, f"{status}")


def machine(world):
    """A client gets a token for itself; it is revoked, and stays so."""
    form = {"grant_type": "client_credentials"}
    client = world.clients["machine"]
    status, tokens = world.ask("credentials", world.server.post, "/token", form, client)
    if status != 200:
        return
    token = {"token": tokens["access_token"]}
    status, _ = world.until_sure("revoke", world.server.post, "/revoke", token, client)
    if status != 200:
        return
    world.stopping.wait(random.uniform(0, 30))
    status, said = world.ask("introspect", world.server.post, "/introspect", token, client)
    if status == 200:
        world.book.check("revoked_stays", said.get("active") is False, str(said))


def session(world):
    """A session ends; its refresh token ends with it."""
    sid = f"sid-{random.getrandbits(64):016x}"
    tokens = log_in(world, "session", "openid profile", sid)
    if tokens is None or "refresh_token" not in tokens:
        return
    status, _ = world.until_sure(
        "end session", world.server.admin, "POST", f"/admin/sessions/{sid}/end"
    )
    if status != 204:
        return
    world.stopping.wait(random.uniform(0, 30))
    status, _ = refresh(world, "session", tokens["refresh_token"])
    world.book.check("session_stays_ended", status != 200, sid)


class Changes:
    """Changes one client again and again: what was acknowledged is there. For one thread."""

    def __init__(self):
        self._acknowledged = 0

    def __call__(self, world):
        path = f"/admin/clients/{world.clients['machine'][0]}"
        wanted = self._acknowledged + 1
        status, _ = world.until_sure(
            "change", world.server.admin, "PATCH", path, {"client_name": str(wanted)}
        )
        if status == 200:
            self._acknowledged = wanted
        world.stopping.wait(random.uniform(0, 5))
        status, shown = world.ask("show", world.server.admin, "GET", path)
        if status == 200:
            there = int(shown["client_name"])
            world.book.check("change_kept", there >= self._acknowledged, str(there))
            self._acknowledged = max(there, self._acknowledged)


def repeat(world, journeys, pause):
    """A thread: takes one of the journeys at a time until the end."""
    try:
        while not world.stopping.is_set():
            random.choice(journeys)(world)
            world.stopping.wait(pause)
    except Exception:
        # A journey that meets what it does not understand: a mistake here, or of the server.
        world.book.check("understood", False, traceback.format_exc())


def start(world):
    """Starts all threads of the load. Returns them."""
    threads = []

    def add(count, journeys, pause=0.0):
        for _ in range(count):
            thread = threading.Thread(target=repeat, args=(world, journeys, pause), daemon=True)
            thread.start()
            threads.append(thread)

    add(4, [exchange, exchange, exchange, race, guess], 0.01)
    add(4, [family, machine, session], 0.01)
    add(40, [keep, family, session], 0.1)
    add(1, [Changes()], 0.5)
    return threads
