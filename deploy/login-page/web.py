"""What the login page and the example application share: requests, answers, cookies, templates.

Both are WSGI applications, so they run under any WSGI server; `serve` is the one of the standard
library, with a thread for each connection, for a few logins a second behind a proxy.
"""

import dataclasses
import hashlib
import hmac
import html
import json
import pathlib
import re
import secrets
import signal
import socketserver
import string
import sys
import traceback
import urllib.parse
import wsgiref.simple_server

BODY_LIMIT = 16 * 1024

# No script runs on any page, nobody may frame one, and no address of one reaches another host.
HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; "
                                "frame-ancestors 'none'; base-uri 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
)

REASONS = {
    200: "OK", 204: "No Content", 303: "See Other", 400: "Bad Request", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable",
}


def log(event, **members):
    """One line of JSON on standard error. Never pass a password, a token, a cookie or a handle."""
    print(json.dumps({"event": event, **members}), file=sys.stderr, flush=True)


# --- requests and answers -------------------------------------------------------------------------


class Refused(Exception):
    """Ends a request with a page that says `message`; what is wrong in detail goes to the log."""

    def __init__(self, status, title, message, retry_after=None):
        super().__init__(title)
        self.status, self.title, self.message = status, title, message
        self.retry_after = retry_after


def malformed():
    return Refused(400, "This page was called in a wrong way",
                   "Go back to the application and try again.")


class Parameters:
    """The members of a query or a form. `one` refuses what is repeated."""

    def __init__(self, text):
        try:
            pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, errors="strict",
                                           max_num_fields=64)
        except (UnicodeDecodeError, ValueError):
            raise malformed() from None
        self._values = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def one(self, name):
        values = self._values.get(name, [""])
        if len(values) != 1:
            raise malformed()
        return values[0]

    def all(self, name):
        return self._values.get(name, [])


class Request:
    def __init__(self, environ, behind_proxy=False):
        self.method = environ["REQUEST_METHOD"]
        self.path = environ.get("PATH_INFO") or "/"
        self.query = Parameters(environ.get("QUERY_STRING", ""))
        self.source = environ.get("REMOTE_ADDR", "")
        if behind_proxy:
            forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
            self.source = forwarded or self.source
        self.cookies = {}
        for part in environ.get("HTTP_COOKIE", "").split(";"):
            name, _, value = part.strip().partition("=")
            self.cookies.setdefault(name, value)
        # What browsers say of the page that sent the request; others say nothing.
        self.site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
        self.form = self._read_form(environ) if self.method == "POST" else Parameters("")

    @staticmethod
    def _read_form(environ):
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        length = environ.get("CONTENT_LENGTH") or "0"
        if kind != "application/x-www-form-urlencoded" or not re.fullmatch(r"[0-9]{1,9}", length):
            raise malformed()
        if int(length) > BODY_LIMIT:
            raise Refused(413, "That was too long", "Go back and enter less.")
        body = environ["wsgi.input"].read(int(length))
        try:
            return Parameters(body.decode("ascii"))
        except UnicodeDecodeError:
            raise malformed() from None


@dataclasses.dataclass
class Answer:
    body: str = ""
    status: int = 200
    headers: list = dataclasses.field(default_factory=list)
    kind: str = "text/html; charset=utf-8"


def redirect(url, *headers):
    """303: the browser comes by GET, and never sends the form (with its password) on."""
    return Answer("", 303, [("Location", url), *headers])


# --- cookies --------------------------------------------------------------------------------------


class Cookie:
    """A cookie with 32 random octets. Over https its name has the prefix __Host-, so that no other
    host of the domain can set it. Over http (loopback, for trying out) it has not.
    """

    def __init__(self, name, public_url):
        self.secure = public_url.startswith("https:")
        self.name = f"__Host-{name}" if self.secure else name

    def read(self, request):
        value = request.cookies.get(self.name, "")
        return value if re.fullmatch(r"[A-Za-z0-9_-]{43}", value) else None

    def set(self, value):
        secure = "; Secure" if self.secure else ""
        return ("Set-Cookie", f"{self.name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")


def new_cookie_value():
    return secrets.token_urlsafe(32)


def digest(text):
    """Under which a cookie or a handle is stored: who reads the store cannot use it."""
    return hashlib.sha256(text.encode()).hexdigest()


class Csrf:
    """Tokens for forms: a MAC of the browser's cookie, so that a form of another site has none."""

    def __init__(self, key):
        self._key = key

    def token(self, cookie):
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()

    def check(self, request, cookie):
        """Every POST of a browser calls this first."""
        sent = request.form.one("csrf")
        if (request.site not in ("same-origin", "none") or cookie is None
                or not hmac.compare_digest(sent.encode(), self.token(cookie).encode())):
            raise Refused(403, "This page is no longer current",
                          "Go back, reload the page and try again. "
                          "Your browser must accept cookies.")


# --- templates ------------------------------------------------------------------------------------


class Html(str):
    """Text that is HTML already. All other text is escaped when a template takes it."""


class _Escaping(string.Formatter):
    def format_field(self, value, spec):
        return value if isinstance(value, Html) else html.escape(format(value, spec))


def fill(template, **values):
    return Html(_Escaping().vformat(template, (), values))


def rows(template, items):
    """The template once for each item, a dictionary."""
    return Html("".join(fill(template, **item) for item in items))


class Pages:
    """The templates of some folders, each in the layout. They are read once, at the start."""

    def __init__(self, site, *folders, width="narrow"):
        self._site, self._width = site, width
        self._texts = {file.stem: file.read_text(encoding="utf-8")
                       for folder in folders for file in pathlib.Path(folder).glob("*.html")}

    def render(self, page, title, head=Html(""), **values):
        body = fill(self._texts[page], title=title, **values)
        return fill(self._texts["layout"], title=title, site=self._site, width=self._width,
                    head=head, body=body)

    def leave(self, url, where, *headers):
        """Sends the browser on after a form. A redirect would not do: browsers hold all redirects
        of a form to `form-action`, and where the last one leads only the application knows.
        """
        head = fill('<meta http-equiv="refresh" content="0; url={url}">', url=url)
        return Answer(self.render("leave", "One moment", head, url=url, where=where),
                      headers=list(headers))


# --- the application ------------------------------------------------------------------------------


class Application:
    """WSGI. `routes` maps a path to {method: function from Request to Answer}."""

    def __init__(self, pages, routes, style, behind_proxy=False):
        self._pages, self._behind_proxy = pages, behind_proxy
        css = pathlib.Path(style).read_text(encoding="utf-8")
        cached = [("Cache-Control", "public, max-age=300")]
        self._routes = {**routes, "/style.css": {
            "GET": lambda request: Answer(css, 200, cached, "text/css; charset=utf-8")}}

    def __call__(self, environ, start_response):
        answer = self._answer(environ)
        body = answer.body.encode()
        headers = list(HEADERS) + answer.headers
        if not any(name == "Cache-Control" for name, _ in headers):
            headers.append(("Cache-Control", "no-store"))
        headers += [("Content-Type", answer.kind), ("Content-Length", str(len(body)))]
        start_response(f"{answer.status} {REASONS[answer.status]}", headers)
        return [body]

    def _answer(self, environ):
        try:
            request = Request(environ, self._behind_proxy)
            methods = self._routes.get(request.path)
            if methods is None:
                raise Refused(404, "There is no such page", "Check the address.")
            handler = methods.get(request.method)
            if handler is None:
                answer = self._refusal(Refused(405, "That does not work here", "Go back."))
                answer.headers.append(("Allow", ", ".join(methods)))
                return answer
            return handler(request)
        except Refused as why:
            return self._refusal(why)
        except Exception:  # whatever it is, the browser learns nothing of it
            log("fault", trace=traceback.format_exc())
            return self._refusal(Refused(500, "Something went wrong here", "Try again later."))

    def _refusal(self, why):
        answer = Answer(self._pages.render("message", why.title, message=why.message), why.status)
        if why.retry_after is not None:
            answer.headers.append(("Retry-After", str(why.retry_after)))
        return answer


# --- the server -----------------------------------------------------------------------------------


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        """Without the question to the DNS that the library asks here."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()


class _Handler(wsgiref.simple_server.WSGIRequestHandler):
    timeout = 10  # a peer that sends nothing

    def address_string(self):
        return self.client_address[0]

    def log_message(self, *_):
        pass  # a line of the request would hold its handle


def serve(application, listen):
    """Serves until SIGTERM or SIGINT. Says `ready URL` on standard output. Port 0 takes one."""
    host, _, port = listen.rpartition(":")
    with _Server((host, int(port)), _Handler) as server:
        server.set_app(application)
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, lambda *_: sys.exit(0))
        print(f"ready http://{host}:{server.server_port}", flush=True)
        server.serve_forever()
