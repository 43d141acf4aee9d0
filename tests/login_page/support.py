"""A browser without a window, and a Mintage without a server, for the tests of this folder."""

import contextlib
import html.parser
import io
import pathlib
import re
import sys
import types
import unittest
import urllib.parse

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
sys.path[:0] = [str(DEPLOY / "login-page"), str(DEPLOY / "example-app")]
sys.dont_write_bytecode = True

import accounts
import app
import store
import web
from mintage import Fault

accounts.COST = (16, 8, 1)  # the tests log in often


class _Forms(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.ids, self.labels, self.tags = [], set(), set(), []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag == "form":
            self.forms.append({"action": attributes["action"], "fields": {}})
        if tag == "input" and "name" in attributes and "disabled" not in attributes and (
                attributes.get("type") != "checkbox" or "checked" in attributes):
            fields = self.forms[-1]["fields"]
            fields.setdefault(attributes["name"], []).append(attributes.get("value", ""))
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag == "label" and "for" in attributes:
            self.labels.add(attributes["for"])


class Page:
    """An answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.parsed = _Forms()
        if dict(headers).get("Content-Type", "").startswith("text/html"):
            self.parsed.feed(body)

    def header(self, name):
        return dict(self.headers).get(name)

    def form(self, action):
        return next(form for form in self.parsed.forms if form["action"] == action)

    def title(self):
        return re.search("<h1>(.*?)</h1>", self.body).group(1)

    def leads_to(self):
        """Where the browser goes next, by redirect or by the page that takes it back."""
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', self.body)
        return html.unescape(found.group(1)) if found else self.header("Location")


class Browser:
    def __init__(self, application, source="192.0.2.1"):
        self.application, self.source, self.cookies = application, source, {}
        self.page = None

    def call(self, method, url, body="", **environ):
        path, _, query = url.partition("?")
        octets = body.encode()
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": urllib.parse.unquote(path),
            "QUERY_STRING": query, "REMOTE_ADDR": self.source, "CONTENT_LENGTH": str(len(octets)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "wsgi.input": io.BytesIO(octets),
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **environ}
        answer = types.SimpleNamespace()

        def start_response(status, headers):
            answer.status, answer.headers = int(status[:3]), headers

        text = b"".join(self.application(environ, start_response)).decode()
        for name, value in answer.headers:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        self.page = Page(answer.status, answer.headers, text)
        return self.page

    def get(self, url, **environ):
        return self.call("GET", url, **environ)

    def post(self, path, fields, **environ):
        return self.call("POST", path, urllib.parse.urlencode(fields, doseq=True), **environ)

    def submit(self, action, environ=None, **changes):
        """Sends the form with that action, and follows redirects within the host."""
        fields = {**self.page.form(action)["fields"], **changes}
        page = self.post(action, fields, **(environ or {}))
        while page.status == 303 and page.header("Location").startswith("/"):
            page = self.get(page.header("Location"))
        return page


ISSUER = "https://idp.example"
CLIENT = {"client_id": "shop", "client_name": "The <Shop>"}


def asked(**members):
    return {"client": CLIENT, "redirect_host": "shop.example", "localhost_only": False,
            "scope": "openid profile email", "pkce": "S256", "interactive": True,
            "requested_at": 1000, "expires_at": 1600, **members}


class FakeMintage:
    """Answers as the admin interface does. `requests`, `logouts`: what was asked, by handle."""

    def __init__(self):
        self.requests, self.logouts, self.verdicts, self.ended = {}, {}, {}, []
        self.fails = False

    def _known(self, handles, handle):
        if self.fails:
            raise Fault("unavailable")
        if handle not in handles:
            raise Fault("unknown")
        return handles[handle]

    def authorization(self, handle):
        return self._known(self.requests, handle)

    def _answer(self, handle, verdict):
        self._known(self.requests, handle)
        if handle in self.verdicts:
            raise Fault("answered")
        self.verdicts[handle] = verdict
        return f"{ISSUER}/authorize/continue?with={handle}&x=1"

    def accept(self, handle, verdict):
        return self._answer(handle, verdict)

    def deny(self, handle, error):
        return self._answer(handle, error)

    def logout(self, handle):
        return self._known(self.logouts, handle)

    def accept_logout(self, handle):
        """As an application that wants the browser back, if it is named."""
        asked = self._known(self.logouts, handle)
        self.verdicts[handle] = "logged out"
        return f"{ISSUER}/authorize/continue?with={handle}" if "client" in asked else None

    def deny_logout(self, handle):
        self._known(self.logouts, handle)
        self.verdicts[handle] = "stayed"

    def end_session(self, sid):
        if self.fails:
            raise Fault("unavailable")
        self.ended.append(sid)


class World:
    """A login page with the users alice and bob, who has one-time codes, and a clock."""

    def __init__(self, public_url="https://login.example", **config):
        self.now = 2_000_000_000
        self.store = store.Store(":memory:")
        self.mintage = FakeMintage()
        self.secret = accounts.new_totp_secret()
        self.store.add_user("alice", "Alice Example", "alice@example.com",
                            accounts.hash_password("correct horse"), "")
        self.store.add_user("bob", "Bob", "", accounts.hash_password("battery staple"), self.secret)
        pages = web.Pages("Example", DEPLOY / "login-page" / "pages")
        self.login_page = app.LoginPage({"public_url": public_url, "first_party": [], **config},
                                        self.store, self.mintage, pages, lambda: self.now)
        self.application = web.Application(pages, self.login_page.routes,
                                           DEPLOY / "login-page" / "style.css", True)

    def browser(self, source="192.0.2.1"):
        return Browser(self.application, source)

    def ask(self, handle, **members):
        self.mintage.requests[handle] = asked(**members)
        return f"/login?request={handle}"

    def log_in(self, browser, handle, username="alice", password="correct horse"):
        browser.get(f"/login?request={handle}")
        return browser.submit("/login", username=username, password=password)

    def sub(self, username):
        return self.store.user_by_name(username)["sub"]


class LoginTest(unittest.TestCase):
    """`world`, one browser in it, and what the page logs."""

    def setUp(self):
        self.world = World()
        self.browser = self.world.browser()
        self.log = io.StringIO()
        silence = contextlib.redirect_stderr(self.log)
        silence.__enter__()
        self.addCleanup(silence.__exit__, None, None, None)

    def verdict(self, handle):
        return self.world.mintage.verdicts.get(handle)

    def log_in(self):
        """Alice, for a request that she does not answer."""
        self.world.ask("first")
        self.world.log_in(self.browser, "first")
