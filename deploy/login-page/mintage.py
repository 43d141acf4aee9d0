"""The admin interface of Mintage, as far as a login page needs it (docs/LOGIN.md)."""

import http.client
import json
import pathlib
import urllib.parse

TIMEOUT = 5  # seconds


class Fault(Exception):
    """`kind`: "unknown" (the handle is none, or has expired), "answered" (it has been accepted or
    denied before), "refused" (the verdict breaks a rule; `detail` says which) or "unavailable".
    """

    def __init__(self, kind, detail=""):
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


class Mintage:
    """Safe for many threads: each call has a connection of its own."""

    def __init__(self, admin_url, token_file, issuer):
        self._url = urllib.parse.urlsplit(admin_url)
        self._token_file = pathlib.Path(token_file)
        self._issuer = issuer.rstrip("/")

    def authorization(self, handle):
        """What the application asked for, as Mintage has checked it. Believe nothing else."""
        return self._call("GET", f"/admin/authorizations/{_part(handle)}")

    def accept(self, handle, verdict):
        """Returns the URL to send the browser to."""
        return self._go_on(f"/admin/authorizations/{_part(handle)}/accept", verdict)

    def deny(self, handle, error):
        return self._go_on(f"/admin/authorizations/{_part(handle)}/deny", {"error": error})

    def logout(self, handle):
        """Who wants to log out, and from where."""
        return self._call("GET", f"/admin/logouts/{_part(handle)}")

    def accept_logout(self, handle):
        """None when the application wants the browser nowhere."""
        return self._go_on(f"/admin/logouts/{_part(handle)}/accept", {}, optional=True)

    def deny_logout(self, handle):
        self._call("POST", f"/admin/logouts/{_part(handle)}/deny", {})

    def end_session(self, sid):
        """Ends what was issued in a session and tells the applications."""
        self._call("POST", f"/admin/sessions/{_part(sid)}/end", {})

    def _go_on(self, path, body, optional=False):
        url = self._call("POST", path, body).get("redirect_to")
        if url is None and optional:
            return None
        # It comes from Mintage; still nothing but Mintage itself is ever followed.
        if not str(url).startswith(f"{self._issuer}/"):
            raise Fault("unavailable", "redirect_to is not a URL of the issuer")
        return url

    def _call(self, method, path, body=None):
        kind = http.client.HTTPConnection
        if self._url.scheme == "https":
            kind = http.client.HTTPSConnection
        connection = kind(self._url.netloc, timeout=TIMEOUT)
        headers = {"Authorization": f"Bearer {self._token_file.read_text().strip()}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as why:
            raise Fault("unavailable", type(why).__name__) from None
        finally:
            connection.close()
        return _checked(status, text)


def _checked(status, text):
    try:
        members = json.loads(text) if text else {}
    except ValueError:
        members = {}
    if 200 <= status < 300:
        return members
    detail = f"{status} {members.get('error', '')} {members.get('error_description', '')}".strip()
    kinds = {404: "unknown", 409: "answered", 400: "refused", 403: "refused"}
    raise Fault(kinds.get(status, "unavailable"), detail)


def _part(text):
    return urllib.parse.quote(text, safe="")
