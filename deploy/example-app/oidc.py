"""What an application does in OpenID Connect, and what it must check. No library, to show it.

A real application takes a library. This one knows one signature algorithm, RS256, the default of
ID tokens; verifying it takes one modular power.
"""

import base64
import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT = 10     # seconds
SKEW = 30        # seconds between the clocks of two hosts
LIMIT = 1 << 20  # octets of an answer

# ASN.1 of "SHA-256", before the hash in a signature (RFC 8017 §9.2).
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


class Fault(Exception):
    """The server refused (`error` is its code), or what came must not be believed ("untrusted")."""

    def __init__(self, error, description=""):
        super().__init__(f"{error}: {description}")
        self.error, self.description = error, description


def untrusted(why):
    return Fault("untrusted", why)


# --- JWTs -----------------------------------------------------------------------------------------


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def part(token, index):
    """A part of a JWT, unverified: for display."""
    return json.loads(decode(token.split(".")[index]))


def is_rs256(text, signature, jwk):
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2)."""
    n, e = (int.from_bytes(decode(jwk[name]), "big") for name in ("n", "e"))
    size = (n.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    found = pow(int.from_bytes(signature, "big"), e, n).to_bytes(size, "big")
    tail = b"\0" + SHA256_PREFIX + hashlib.sha256(text).digest()
    return hmac.compare_digest(found, b"\0\1".ljust(size - len(tail), b"\xff") + tail)


def verified(token, keys, typ=None):
    """The claims of a JWT signed by one of the keys of the issuer. Of the header only what we
    expect is accepted: whoever could choose `alg` or the key could sign.
    """
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(decode(head)), json.loads(decode(body))
    except (ValueError, UnicodeDecodeError):
        raise untrusted("not a JWT") from None
    if header.get("alg") != "RS256" or typ and header.get("typ") != typ:
        raise untrusted("another alg or typ than expected")
    for key in keys:
        if (key.get("kty") == "RSA" and key.get("kid") == header.get("kid")
                and is_rs256(f"{head}.{body}".encode(), decode(signature), key)):
            return claims
    raise untrusted("the signature is not the issuer's")


# --- the client -----------------------------------------------------------------------------------


class Client:
    """One application at one issuer. Safe for many threads."""

    def __init__(self, issuer, client_id, secret, redirect_uri):
        self.issuer, self.client_id, self._secret = issuer, client_id, secret
        self.redirect_uri = redirect_uri
        self._metadata = None

    def metadata(self):
        if self._metadata is None:
            found = _json(urllib.request.Request(f"{self.issuer}/.well-known/openid-configuration"))
            if found.get("issuer") != self.issuer:
                raise untrusted("the metadata is of another issuer")
            self._metadata = found
        return self._metadata

    def authorization_url(self, scope, **more):
        """Where to send the browser, and what to keep for its return. With PAR the request goes
        straight to the server, and the browser carries a reference to it (RFC 9126).
        """
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        request = {
            "client_id": self.client_id, "response_type": "code", "redirect_uri": self.redirect_uri,
            "scope": scope, "state": kept["state"], "nonce": kept["nonce"],
            "code_challenge": encode(hashlib.sha256(kept["verifier"].encode()).digest()),
            "code_challenge_method": "S256", **more}
        pushing = self.metadata().get("pushed_authorization_request_endpoint")
        if pushing:
            pushed = self._post(pushing, request)
            request = {"client_id": self.client_id, "request_uri": pushed["request_uri"]}
        return _with_query(self.metadata()["authorization_endpoint"], request), kept

    def code_of(self, answer, kept):
        """The code in the redirect, once it is known to answer our request, from our issuer."""
        if not hmac.compare_digest(answer.one("state").encode(), kept["state"].encode()):
            raise untrusted("state is not ours")
        if answer.one("iss") != self.issuer:  # mix-up of issuers (RFC 9207)
            raise untrusted("iss is not our issuer")
        if answer.one("error"):
            raise Fault(answer.one("error"), answer.one("error_description"))
        return answer.one("code")

    def exchange(self, code, kept, now):
        tokens = self._token("authorization_code", code=code, redirect_uri=self.redirect_uri,
                             code_verifier=kept["verifier"])
        claims = self._id_token(tokens, now)
        if claims.get("nonce") != kept["nonce"]:
            raise untrusted("the ID token is for another login")
        return tokens, claims

    def refresh(self, refresh_token, old, now):
        """New tokens, and the claims of the new ID token, of the same person as the old."""
        tokens = self._token("refresh_token", refresh_token=refresh_token)
        claims = self._id_token(tokens, now)
        if (claims["sub"], claims["iss"]) != (old["sub"], old["iss"]):
            raise untrusted("the new ID token is of another person")
        return tokens, claims

    def userinfo(self, access_token, sub):
        request = urllib.request.Request(self.metadata()["userinfo_endpoint"],
                                         headers={"Authorization": f"Bearer {access_token}"})
        found = _json(request)
        if found.get("sub") != sub:
            raise untrusted("userinfo is of another person")
        return found

    def logout_url(self, id_token, return_to):
        """None if the server has no logout of its own."""
        endpoint = self.metadata().get("end_session_endpoint")
        return endpoint and _with_query(endpoint, {
            "id_token_hint": id_token, "client_id": self.client_id,
            "post_logout_redirect_uri": return_to})

    def logout_token(self, token, now):
        """The claims of a logout token that the server sends us (Back-Channel Logout §2.6)."""
        claims = verified(token, self._keys(), "logout+jwt")
        self._check(claims, now)
        event = "http://schemas.openid.net/event/backchannel-logout"
        if event not in claims.get("events", {}) or "nonce" in claims:
            raise untrusted("not a logout token")
        return claims

    def _id_token(self, tokens, now):
        claims = verified(tokens["id_token"], self._keys())
        self._check(claims, now)
        half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        if claims.get("at_hash", encode(half)) != encode(half):
            raise untrusted("the ID token is of another access token")
        return claims

    def _check(self, claims, now):
        audience = claims.get("aud")
        if claims.get("iss") != self.issuer:
            raise untrusted("another issuer")
        if audience != self.client_id and audience != [self.client_id]:
            raise untrusted("a token for somebody else")
        if not now - SKEW < claims.get("exp", 0) or claims.get("iat", 0) > now + SKEW:
            raise untrusted("expired, or from the future")

    def _keys(self):
        # Asked each time, as logins are few here. A real application keeps them for max-age.
        return _json(urllib.request.Request(self.metadata()["jwks_uri"])).get("keys", [])

    def _token(self, grant, **members):
        return self._post(self.metadata()["token_endpoint"], {"grant_type": grant, **members})

    def _post(self, url, form):
        pair = ":".join(urllib.parse.quote_plus(each) for each in (self.client_id, self._secret))
        return _json(urllib.request.Request(
            url, urllib.parse.urlencode(form).encode(),
            {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}))


def _with_query(url, members):
    return f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(members)}"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # endpoints do not move; a secret must not follow


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def _json(request):
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            return json.loads(answer.read(LIMIT))
    except urllib.error.HTTPError as why:
        try:
            found = json.loads(why.read(LIMIT))
        except ValueError:
            found = {}
        raise Fault(found.get("error", f"HTTP {why.code}"),
                    found.get("error_description", "")) from None
    except (OSError, ValueError) as why:
        raise Fault("unavailable", str(why)) from None
