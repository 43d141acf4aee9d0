"""The pages. Each step asks Mintage what the request is, so nothing that the browser sends about it
is believed but the handle, which is opaque.
"""

import ipaddress
import re
import secrets
import time

import accounts
import verdict
import web
from mintage import Fault

SESSION_LIFE = 8 * 3600
CODE_LIFE = 300            # from the password to the one-time code
CONSENT_LIFE = 90 * 86400
HANDLE = re.compile(r"[A-Za-z0-9._~-]{1,2600}")

# Failed attempts: how many in how many seconds. For one name from one address; for one name,
# generous, as it lets a stranger lock a person out; for one address.
LIMITS = {"pair": (5, 300), "name": (50, 3600), "source": (100, 3600)}
CODE_LIMIT = (5, 300)

TOO_MANY = "There were too many failed attempts. Wait five minutes, then try again."
WRONG = "User name or password is wrong."

LOGIN, LOGOUT = ("login", "log in"), ("logout", "log out")

# What the person reads when Mintage refuses a call: status, title, text.
FAULTS = {
    "unknown": (404, "This login has expired",
                "It was not finished in time, or its address is incomplete. "
                "Go back to the application and log in again."),
    "answered": (409, "This login is finished already",
                 "It was answered before, perhaps in another tab. If you are not logged in, go "
                 "back to the application and log in again."),
    "refused": (502, "This login could not be finished",
                "Go back to the application and log in again."),
    "unavailable": (503, "The login is not available", "Wait a moment, then reload this page."),
}
LOGOUT_FAULTS = {
    "unknown": (404, "This logout has expired",
                "It was not finished in time, or its address is incomplete. "
                "Go back to the application and log out again."),
    "answered": (409, "This logout is finished already",
                 "It was answered before, perhaps in another tab."),
    "refused": (502, "This logout could not be finished",
                "Go back to the application and log out again."),
    "unavailable": (503, "The logout is not available", "Wait a moment, then reload this page."),
}


class LoginPage:
    def __init__(self, config, store, mintage, pages, clock=time.time):
        self._config, self._store, self._mintage, self._pages = config, store, mintage, pages
        self._clock = clock
        self._cookie = web.Cookie("mintage_login", config["public_url"])
        self._csrf = web.Csrf(store.key("csrf"))
        # For names that do not exist.
        self._nobody = accounts.hash_password(secrets.token_urlsafe(16))
        self.routes = {
            "/": {"GET": self._told(self.home)},
            "/login": {"GET": self._told(self.show), "POST": self._told(self.log_in)},
            "/code": {"POST": self._told(self.check_code)},
            "/consent": {"POST": self._told(self.consent)},
            "/other": {"POST": self._told(self.other_account)},
            "/logout": {"GET": self._told(self.show_logout, LOGOUT_FAULTS),
                        "POST": self._told(self.log_out, LOGOUT_FAULTS)},
        }

    @staticmethod
    def _told(handler, faults=FAULTS):
        """Words the faults of Mintage for people."""
        def told(request):
            try:
                return handler(request)
            except Fault as why:
                web.log("mintage", kind=why.kind, detail=why.detail)
                status, title, message = faults[why.kind]
                raise web.Refused(status, title, message,
                                  5 if why.kind == "unavailable" else None) from None
        return told

    # --- what a request brings ----------------------------------------------------------------

    def _now(self):
        return int(self._clock())

    def _handle(self, parameters, what=LOGIN):
        handle = parameters.one("request")
        if not HANDLE.fullmatch(handle):
            raise web.Refused(400, f"There is no {what[0]} to continue",
                              f"This page is called by an application. Go there and {what[1]}.")
        return handle

    def _session(self, request):
        """The login of this browser, its code checked or not; None without one."""
        cookie = self._cookie.read(request)
        return cookie and self._store.session(web.digest(cookie), self._now())

    def _browser(self, request):
        """The browser's cookie, and the headers that set it where it is new."""
        cookie = self._cookie.read(request)
        if cookie:
            return cookie, []
        cookie = web.new_cookie_value()
        return cookie, [self._cookie.set(cookie)]

    def _posted(self, request):
        """The cookie of a form that came from this browser and this page."""
        cookie = self._cookie.read(request)
        self._csrf.check(request, cookie)
        return cookie

    # --- the steps of a login -----------------------------------------------------------------

    def _step(self, asked, session, handle):
        consented = set()
        if session:
            consented = self._consented(asked, session["sub"])
        return verdict.next_step(asked, session, web.digest(handle), consented, self._now())

    def _consented(self, asked, sub):
        client = asked["client"]["client_id"]
        if client in self._config["first_party"]:
            return set(verdict.items(asked))
        # Any program of the person's machine can pose as such a client (RFC 8252 §8.6).
        if asked.get("localhost_only"):
            return set()
        return self._store.consents(sub, client, _host(asked), self._now())

    def _finish(self, asked, session, handle, step, granted=None, interacted=True):
        """Tells Mintage the verdict. Returns the URL to send the browser to."""
        if step != "accept":
            web.log("denied", client=asked["client"]["client_id"], error=step)
            return self._mintage.deny(handle, step)
        user = self._store.user(session["sub"])
        if granted is None:
            granted = verdict.items(asked)
        web.log("accepted", client=asked["client"]["client_id"], sub=session["sub"])
        return self._mintage.accept(handle, verdict.verdict(asked, session, user, granted,
                                                            interacted))

    def show(self, request):
        """GET /login?request=HANDLE: where Mintage sends browsers, and where forms return to."""
        handle = self._handle(request.query)
        asked = self._mintage.authorization(handle)
        session = self._session(request)
        step = self._step(asked, session, handle)
        if step == "log_in":
            if session and session["needs_code"] and session["fresh_for"] == web.digest(handle):
                return self._code_page(request, asked, handle)
            return self._login_page(request, asked, handle)
        if step == "consent":
            return self._consent_page(request, asked, handle, session)
        return web.redirect(self._finish(asked, session, handle, step, interacted=False))

    def _after_form(self, asked, session, handle, *headers):
        step = self._step(asked, session, handle)
        if step in ("log_in", "consent"):
            return web.redirect(f"/login?request={handle}", *headers)
        url = self._finish(asked, session, handle, step)
        return self._pages.leave(url, _name(asked), *headers)

    def log_in(self, request):
        self._posted(request)
        handle = self._handle(request.form)
        asked = self._mintage.authorization(handle)
        if not asked.get("interactive", True):
            raise web.malformed()
        name, password = request.form.one("username").strip(), request.form.one("password")
        if not name or not password:
            return self._login_page(request, asked, handle, "Enter user name and password.", name)
        user, failure = self._authenticate(request.source, name, password)
        if user is None:
            return self._login_page(request, asked, handle, failure, name)
        cookie, session = self._begin(request, user, "pwd", bool(user["totp"]), handle)
        return self._after_form(asked, session, handle, self._cookie.set(cookie))

    def _authenticate(self, source, name, password):
        """The user, or None and what to say: the same whether the name exists or not."""
        network = _network(source)
        subjects = {"pair": f"pair {name.lower()} {network}", "name": f"name {name.lower()}",
                    "source": f"source {network}"}
        subjects = {kind: web.digest(subject) for kind, subject in subjects.items()}
        for kind, (limit, window) in LIMITS.items():
            if not self._store.take_attempt(subjects[kind], limit, window, self._now()):
                web.log("login_limited", by=kind, source=source)
                return None, TOO_MANY
        user = self._store.user_by_name(name)
        try:
            right = accounts.is_password(password, user["password"] if user else self._nobody)
        except accounts.Busy:
            raise web.Refused(503, "Many people are logging in", "Try again in a moment.",
                              5) from None
        if not (user and right):
            # Not the name: people type passwords into the wrong field.
            web.log("login_failed", source=source, sub=user["sub"] if user else None)
            return None, WRONG
        self._store.forget_attempts(subjects["pair"])
        self._store.give_attempt_back(subjects["name"])
        self._store.give_attempt_back(subjects["source"])
        return user, None

    def _begin(self, request, user, amr, needs_code, handle):
        """A session under a new cookie, so that one that was planted is worth nothing. Of the same
        person it is the same session to applications; that of another one ends.
        """
        old = self._session(request)
        is_same = old and old["sub"] == user["sub"]
        if old:
            self._end(request, old, is_over=not is_same)
        cookie, now = web.new_cookie_value(), self._now()
        sid = old["sid"] if is_same else secrets.token_urlsafe(16)
        session = {"sub": user["sub"], "sid": sid, "auth_time": now,
                   "amr": amr, "needs_code": int(needs_code), "fresh_for": web.digest(handle),
                   "expires_at": now + (CODE_LIFE if needs_code else SESSION_LIFE)}
        self._store.put_session(web.digest(cookie), session, now)
        if not needs_code:
            web.log("logged_in", sub=user["sub"], source=request.source)
        return cookie, session

    def check_code(self, request):
        self._posted(request)
        handle = self._handle(request.form)
        asked = self._mintage.authorization(handle)
        session = self._session(request)
        if not session or not session["needs_code"]:
            return web.redirect(f"/login?request={handle}")
        user = self._store.user(session["sub"])
        if user is None:
            return self.other_account(request)
        subject, now = web.digest(f"code {user['sub']}"), self._now()
        if not self._store.take_attempt(subject, *CODE_LIMIT, now):
            return self._code_page(request, asked, handle, TOO_MANY)
        code = request.form.one("code").replace(" ", "")
        step = accounts.totp_step(user["totp"], code, now)
        if step is None or not self._store.use_totp_step(user["sub"], step):
            web.log("code_failed", sub=user["sub"], source=request.source)
            return self._code_page(request, asked, handle, "That code is wrong or was used before.")
        self._store.forget_attempts(subject)
        cookie, session = self._begin(request, user, "pwd otp mfa", False, handle)
        return self._after_form(asked, session, handle, self._cookie.set(cookie))

    def consent(self, request):
        self._posted(request)
        handle = self._handle(request.form)
        asked = self._mintage.authorization(handle)
        session = self._session(request)
        if request.form.one("decision") != "allow":  # also from the login page
            return self._pages.leave(self._finish(asked, session, handle, "access_denied"),
                                     _name(asked))
        step = self._step(asked, session, handle)
        if step != "consent":
            return self._after_form(asked, session, handle)
        allowed = {"openid", *request.form.all("scope")} & set(asked.get("scope", "").split())
        self._store.put_consents(session["sub"], asked["client"]["client_id"],
                                 _host(asked), {*allowed, *asked.get("resources", [])},
                                 self._now() + CONSENT_LIFE)
        return self._pages.leave(self._finish(asked, session, handle, "accept", allowed),
                                 _name(asked))

    def other_account(self, request):
        """The person is not the one who is logged in."""
        self._posted(request)
        handle = self._handle(request.form)
        session = self._session(request)
        if session:
            self._end(request, session)
        return web.redirect(f"/login?request={handle}", self._cookie.set(web.new_cookie_value()))

    # --- logout -------------------------------------------------------------------------------

    def home(self, request):
        session = self._session(request)
        if not session or session["needs_code"]:
            raise web.Refused(200, "You are not logged in",
                              "This page is called by applications. Go to one and log in.")
        return self._logout_page(request, session, "", "You are logged in")

    def show_logout(self, request):
        """GET /logout?request=HANDLE: an application's logout, handed over by Mintage."""
        handle = self._handle(request.query, LOGOUT)
        asked = self._mintage.logout(handle)
        session = self._session(request)
        # The application has proved that it means this very session: nothing to ask.
        is_proved = not asked["confirm"] and session and asked.get("sid") == session["sid"]
        if not session or is_proved:
            return self._ended(request, session, asked, handle, web.redirect)
        return self._logout_page(request, session, handle, "Log out?", asked)

    def log_out(self, request):
        self._posted(request)
        session = self._session(request)
        handle = self._handle(request.form, LOGOUT) if request.form.one("request") else ""
        asked = self._mintage.logout(handle) if handle else {}

        def leave(url, *headers):
            return self._pages.leave(url, _name(asked), *headers)

        if request.form.one("decision") != "log_out":
            if handle:
                self._mintage.deny_logout(handle)
            return web.redirect("/")
        return self._ended(request, session, asked, handle, leave)

    def _end(self, request, session, is_over=True):
        """Ends what was issued in this login, then the login: after a fault it can be repeated."""
        if is_over:
            self._mintage.end_session(session["sid"])
            web.log("logged_out", sub=session["sub"])
        self._store.end_session(web.digest(self._cookie.read(request)))

    def _ended(self, request, session, asked, handle, leave):
        headers = []
        if session:
            self._end(request, session)
            headers.append(self._cookie.set(web.new_cookie_value()))
        url = self._mintage.accept_logout(handle) if handle else None
        if url:
            return leave(url, *headers)
        page = self._pages.render("message", "You are logged out",
                                  message="You can close this page.")
        return web.Answer(page, headers=headers)

    # --- pages --------------------------------------------------------------------------------

    def _form(self, request, handle):
        cookie, headers = self._browser(request)
        return {"request": handle, "csrf": self._csrf.token(cookie)}, headers

    def _login_page(self, request, asked, handle, failure=None, username=""):
        form, headers = self._form(request, handle)
        page = self._pages.render(
            "login", "Log in", client=_name(asked), host=_host(asked),
            username=username or asked.get("login_hint", ""), **_failure(failure, "username"),
            **form)
        return web.Answer(page, _status(failure), headers)

    def _code_page(self, request, asked, handle, failure=None):
        form, headers = self._form(request, handle)
        page = self._pages.render("code", "Enter your code", client=_name(asked),
                                  **_failure(failure, "code"), **form)
        return web.Answer(page, _status(failure), headers)

    def _consent_page(self, request, asked, handle, session):
        form, headers = self._form(request, handle)
        scopes = web.rows(SCOPE, [
            {"scope": scope, "text": verdict.SCOPES.get(scope, scope),
             "fixed": web.Html(" disabled" if scope == "openid" else "")}
            for scope in asked.get("scope", "").split()])
        resources = web.rows(RESOURCE, [{"resource": each} for each in asked.get("resources", [])])
        warning = web.Html("")
        if asked.get("localhost_only"):
            warning = web.Html(LOCALHOST)
        page = self._pages.render(
            "consent", "Allow access?", client=_name(asked), client_id=asked["client"]["client_id"],
            host=_host(asked), user=self._store.user(session["sub"])["username"],
            scopes=scopes, resources=resources, warning=warning,
            pkce=PKCE[asked.get("pkce", "none") == "S256"], **form)
        return web.Answer(page, headers=headers)

    def _logout_page(self, request, session, handle, title, asked=None):
        form, headers = self._form(request, handle)
        user = self._store.user(session["sub"])
        asker = web.Html("")
        if handle:
            asker = web.fill(ASKER, client=_name(asked))
        stay = web.Html(STAY if handle else "")
        page = self._pages.render("logout", title, user=user["username"] if user else "",
                                  asker=asker, stay=stay, **form)
        return web.Answer(page, headers=headers)


SCOPE = """<li><label><input type="checkbox" name="scope" value="{scope}" checked{fixed}>
<span>{text}</span></label></li>
"""
RESOURCE = "<li><span>Use <b>{resource}</b> for you</span></li>\n"
LOCALHOST = """<p class="warning"><strong>Your own computer:</strong> a program there receives the
answer. Allow this only if you have just started that program yourself.</p>"""
PKCE = {True: "Protected against a stolen answer (PKCE, S256)",
        False: "Not protected by PKCE"}
ASKER = "<p><bdi>{client}</bdi> asks to log you out.</p>"
STAY = '<button class="quiet" name="decision" value="stay">Stay logged in</button>'
FAILURE = """<div class="failure" role="alert"><h2>That did not work</h2>
<p><a href="#{field}">{failure}</a></p></div>"""


def _network(source):
    """Who has one IPv6 address has 2**64 of them."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    return str(ipaddress.ip_network((address, 64), False)) if address.version == 6 else source


def _name(asked):
    client = asked.get("client") or {}
    return (client.get("client_name") or client.get("client_id") or "the application")[:80]


def _host(asked):
    return asked.get("redirect_host") or "an app on this device"


def _status(failure):
    return {None: 200, TOO_MANY: 429}.get(failure, 403)


def _failure(failure, field):
    """The summary of errors, and what marks the fields."""
    if failure is None:
        return {"failure": web.Html(""), "invalid": web.Html("")}
    return {"failure": web.fill(FAILURE, failure=failure, field=field),
            "invalid": web.Html(' aria-invalid="true"')}
