"""What the example application must refuse to believe (Core §3.1.3.7, RFC 9207, logout §2.6)."""

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse
from unittest import mock

import support
from support import Browser

import oidc
import web

ISSUER, CLIENT_ID, NOW = "https://idp.example", "app", 2_000_000_000

_loader = importlib.machinery.SourceFileLoader("example",
                                               str(support.DEPLOY / "example-app" / "example"))
example = importlib.util.module_from_spec(importlib.util.spec_from_loader("example", _loader))
_loader.exec_module(example)


class Key:
    """An RSA key of openssl, made for this run."""

    def __init__(self, kid):
        self.kid = kid
        self.folder = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.folder.name, "key")
        self._run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                  "-out", self.file)
        modulus = self._run("rsa", "-in", self.file, "-noout", "-modulus").decode().strip()[8:]
        self.jwk = {"kty": "RSA", "kid": kid, "n": oidc.encode(bytes.fromhex(modulus)), "e": "AQAB"}

    @staticmethod
    def _run(*arguments, **more):
        return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True,
                              **more).stdout

    def sign(self, claims, **header):
        header = {"alg": "RS256", "kid": self.kid, **header}
        text = ".".join(oidc.encode(json.dumps(each).encode()) for each in (header, claims))
        signature = self._run("dgst", "-sha256", "-sign", self.file, input=text.encode())
        return f"{text}.{oidc.encode(signature)}"


class Signatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.key, cls.other = Key("k1"), Key("k1")

    def test_what_is_signed_by_the_issuer_is_believed(self):
        token = self.key.sign({"sub": "s"})
        self.assertEqual(oidc.verified(token, [self.other.jwk, self.key.jwk]), {"sub": "s"})

    def test_all_else_is_not(self):
        token = self.key.sign({"sub": "s"})
        head, body, signature = token.split(".")
        changed = oidc.encode(b'{"sub":"t"}')
        octets = bytearray(oidc.decode(signature))
        octets[7] ^= 1
        for wrong in (f"{head}.{changed}.{signature}", f"{head}.{body}.{oidc.encode(octets)}",
                      f"{head}.{body}.", f"{head}.{body}", "", "a.b.c",
                      f"{head}.{body}.{signature}A", self.other.sign({"sub": "s"}),
                      self.key.sign({"sub": "s"}, alg="none"),
                      self.key.sign({"sub": "s"}, alg="HS256"),
                      self.key.sign({"sub": "s"}, kid="k2")):
            with self.subTest(wrong[-20:]), self.assertRaises(oidc.Fault):
                oidc.verified(wrong, [self.key.jwk])
        with self.assertRaises(oidc.Fault):
            oidc.verified(token, [self.key.jwk], "logout+jwt")


class ClientTest(unittest.TestCase):
    """The server's answers stand in `answers`, by the end of the URL."""

    @classmethod
    def setUpClass(cls):
        cls.key = Key("k1")

    def setUp(self):
        self.metadata = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize",
                         "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/jwks",
                         "userinfo_endpoint": f"{ISSUER}/userinfo"}
        self.answers = {"openid-configuration": self.metadata, "jwks": {"keys": [self.key.jwk]},
                        "userinfo": {"sub": "s", "name": "<Sue>"}}
        self.sent = {}
        patch = mock.patch.object(oidc, "_json", self.answer)
        patch.start()
        self.addCleanup(patch.stop)
        log = contextlib.redirect_stderr(io.StringIO())
        log.__enter__()
        self.addCleanup(log.__exit__, None, None, None)
        self.client = oidc.Client(ISSUER, CLIENT_ID, "pass word", "https://app.example/callback")

    def answer(self, request):
        name = request.full_url.rsplit("/", 1)[-1]
        self.sent[name] = dict(urllib.parse.parse_qsl((request.data or b"").decode()))
        found = self.answers[name]
        if isinstance(found, oidc.Fault):
            raise found
        return found

    def tokens(self, nonce="n", **claims):
        access_token = "at"
        half = oidc.encode(hashlib.sha256(access_token.encode()).digest()[:16])
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "sub": "s", "exp": NOW + 60, "iat": NOW,
                  "nonce": nonce, "at_hash": half, "sid": "session", **claims}
        self.answers["token"] = {
            "access_token": access_token, "refresh_token": "rt", "scope": "openid",
            "expires_in": 600, "id_token": self.key.sign(
                {name: value for name, value in claims.items() if value is not None})}


class Rules(ClientTest):
    def exchange(self):
        return self.client.exchange("code", {"nonce": "n", "verifier": "v"}, NOW)

    def test_a_good_answer(self):
        self.tokens()
        tokens, claims = self.exchange()
        self.assertEqual((tokens["access_token"], claims["sub"]), ("at", "s"))
        self.assertEqual(self.sent["token"]["code_verifier"], "v")
        self.tokens(aud=[CLIENT_ID])
        self.exchange()

    def test_id_tokens_that_are_refused(self):
        for wrong in ({"iss": "https://evil.example"}, {"aud": "other"},
                      {"aud": [CLIENT_ID, "other"]}, {"aud": None}, {"exp": NOW - 31},
                      {"exp": None}, {"iat": NOW + 31},
                      {"nonce": "other"}, {"nonce": None}, {"at_hash": "other"}):
            with self.subTest(wrong), self.assertRaises(oidc.Fault):
                self.tokens(**wrong)
                self.exchange()

    def test_a_refreshed_token_is_of_the_same_person(self):
        self.tokens(nonce=None)
        self.client.refresh("rt", {"sub": "s", "iss": ISSUER}, NOW)
        with self.assertRaises(oidc.Fault):
            self.client.refresh("rt", {"sub": "t", "iss": ISSUER}, NOW)

    def test_metadata_and_userinfo_of_others_are_refused(self):
        with self.assertRaises(oidc.Fault):
            self.client.userinfo("at", "t")
        self.metadata["issuer"] = "https://evil.example"
        self.client._metadata = None
        with self.assertRaises(oidc.Fault):
            self.client.metadata()

    def test_the_request(self):
        url, kept = self.client.authorization_url("openid", prompt="none")
        sent = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        self.assertEqual((sent["state"], sent["nonce"], sent["prompt"]),
                         (kept["state"], kept["nonce"], "none"))
        self.assertEqual(sent["code_challenge"], oidc.encode(
            hashlib.sha256(kept["verifier"].encode()).digest()))
        self.metadata["pushed_authorization_request_endpoint"] = f"{ISSUER}/par"
        self.answers["par"] = {"request_uri": "urn:x"}
        url, kept = self.client.authorization_url("openid")
        self.assertEqual(url, f"{ISSUER}/authorize?client_id={CLIENT_ID}&request_uri=urn%3Ax")
        self.assertEqual(self.sent["par"]["state"], kept["state"])

    def test_logout_tokens(self):
        event = {"http://schemas.openid.net/event/backchannel-logout": {}}
        good = {"iss": ISSUER, "aud": CLIENT_ID, "iat": NOW, "exp": NOW + 60, "sid": "session",
                "events": event}
        token = self.key.sign(good, typ="logout+jwt")
        self.assertEqual(self.client.logout_token(token, NOW)["sid"], "session")
        for wrong in ({"nonce": "n"}, {"events": {}}, {"aud": "other"}, {"exp": NOW - 60}):
            with self.subTest(wrong), self.assertRaises(oidc.Fault):
                self.client.logout_token(self.key.sign({**good, **wrong}, typ="logout+jwt"), NOW)
        with self.assertRaises(oidc.Fault):
            self.client.logout_token(self.key.sign(good), NOW)


class Application(ClientTest):
    def setUp(self):
        super().setUp()
        pages = web.Pages("Example", support.DEPLOY / "login-page" / "pages",
                          support.DEPLOY / "example-app" / "pages")
        self.example = example.Example(self.client, "https://app.example", pages, lambda: NOW)
        self.application = web.Application(pages, self.example.routes,
                                           support.DEPLOY / "login-page" / "style.css")
        self.browser = Browser(self.application)

    def begin(self, browser=None):
        """Returns the query of the answer that the server will give."""
        location = (browser or self.browser).get("/login").header("Location")
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
        self.tokens(asked["nonce"])
        return {"code": "c", "state": asked["state"], "iss": ISSUER}

    def back(self, answer, browser=None):
        return (browser or self.browser).get(f"/callback?{urllib.parse.urlencode(answer)}")

    def is_logged_in(self, browser=None):
        return "Hello" in (browser or self.browser).get("/").body

    def log_in(self):
        self.back(self.begin())
        return self.browser.get("/")

    def test_the_person_is_greeted(self):
        page = self.log_in()
        self.assertEqual(page.title(), "Hello &lt;Sue&gt;")
        self.assertNotIn("<script", page.body)
        self.assertIn("frame-ancestors 'none'", page.header("Content-Security-Policy"))

    def test_answers_that_are_refused(self):
        for wrong in ({"state": "other"}, {"state": ""}, {"iss": ""},
                      {"iss": "https://evil.example"}, {"error": "access_denied"}):
            with self.subTest(wrong):
                page = self.back({**self.begin(), **wrong})
                self.assertEqual(page.status, 400)
                self.assertFalse(self.is_logged_in())

    def test_an_answer_is_taken_once_and_by_its_own_browser(self):
        other = Browser(self.application)
        other.get("/login")
        answer = self.begin()
        self.assertEqual(self.back(answer, other).status, 400)
        self.assertEqual(self.back(answer).status, 303)
        self.assertEqual(self.back(answer).status, 400)
        answer = self.begin()
        self.assertEqual(self.back({**answer, "error": "access_denied"}).status, 400)
        self.assertEqual(self.back(answer).status, 400)

    def test_two_tabs(self):
        first, second = self.begin(), self.begin()
        self.assertEqual(self.back(second).status, 303)
        self.assertNotEqual(first["state"], second["state"])

    def test_the_cookie_changes_with_the_login(self):
        self.browser.get("/login")
        before = dict(self.browser.cookies)
        self.log_in()
        planted = Browser(self.application)
        planted.cookies = before
        self.assertFalse(self.is_logged_in(planted))

    def test_refresh_needs_the_form_of_this_browser(self):
        self.log_in()
        self.assertEqual(self.browser.post("/refresh", {"csrf": "x"}).status, 403)
        self.browser.get("/")
        self.assertIn('<span id="refreshed">1</span>', self.browser.submit("/refresh").body)
        self.answers["token"] = oidc.Fault("invalid_grant")
        self.assertEqual(self.browser.submit("/refresh").status, 400)
        self.assertFalse(self.is_logged_in())

    def test_logout_here_and_there(self):
        self.log_in()
        self.assertEqual(self.browser.submit("/logout").title(), "You are logged out")
        self.metadata["end_session_endpoint"] = f"{ISSUER}/end_session"
        self.log_in()
        page = self.browser.submit("/logout")
        self.assertTrue(page.leads_to().startswith(f"{ISSUER}/end_session?id_token_hint="))
        self.assertIn("uri=https%3A%2F%2Fapp.example%2Flogged-out", page.leads_to())
        self.assertFalse(self.is_logged_in())

    def test_a_logout_token_ends_the_session(self):
        self.log_in()
        event = {"http://schemas.openid.net/event/backchannel-logout": {}}
        for sid, ended in (("another", False), ("session", True)):
            token = self.key.sign({"iss": ISSUER, "aud": CLIENT_ID, "iat": NOW, "exp": NOW + 60,
                                   "sid": sid, "events": event}, typ="logout+jwt")
            server = Browser(self.application)
            answer = server.post("/backchannel-logout", {"logout_token": token})
            self.assertEqual((answer.status, answer.header("Cache-Control")), (200, "no-store"))
            self.assertEqual(self.is_logged_in(), not ended)
        self.assertEqual(server.post("/backchannel-logout", {"logout_token": "x"}).status, 400)


if __name__ == "__main__":
    unittest.main()
