"""Passwords, one-time codes, and the calls to the admin interface."""

import base64
import http.server
import json
import pathlib
import socketserver
import tempfile
import threading
import unittest

import support  # finds the modules

import accounts
import mintage
import store


class Passwords(unittest.TestCase):
    def test_each_hash_has_its_salt_and_its_cost(self):
        a, b = (accounts.hash_password("pass word é") for _ in range(2))
        self.assertNotEqual(a, b)
        self.assertTrue(a.startswith("scrypt$16$8$1$"))
        for stored in (a, b):
            self.assertTrue(accounts.is_password("pass word é", stored))
            self.assertFalse(accounts.is_password("pass word e", stored))
        dear = accounts.hash_password("x", (32, 8, 2))
        self.assertTrue(accounts.is_password("x", dear))

    def test_the_cost_of_new_passwords_fills_32_mib(self):
        n, r, _ = (2**15, 8, 3)
        self.assertEqual(128 * n * r, 32 << 20)
        self.assertTrue(accounts.is_password("x", accounts.hash_password("x", (n, r, 1))))


class Codes(unittest.TestCase):
    # RFC 6238, Appendix B, the last six digits.
    secret = base64.b32encode(b"12345678901234567890").decode()

    def test_known_answers(self):
        for time, code in ((59, "287082"), (1111111109, "081804"), (1111111111, "050471"),
                           (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")):
            self.assertEqual(accounts.totp(self.secret, time // 30), code)
            self.assertEqual(accounts.totp_step(self.secret, code, time), time // 30)

    def test_one_step_of_clock_difference(self):
        for offset, found in ((-60, False), (-30, True), (30, True), (60, False)):
            step = accounts.totp_step(self.secret, "081804", 1111111109 + offset)
            self.assertEqual(step is not None, found)

    def test_wrong_codes(self):
        for code in ("", "28708", "2870820", "é", "287083"):
            self.assertIsNone(accounts.totp_step(self.secret, code, 59))

    def test_a_step_is_used_once(self):
        users = store.Store(":memory:")
        users.add_user("bob", "", "", "", self.secret)
        sub = users.user_by_name("BOB")["sub"]
        self.assertEqual([users.use_totp_step(sub, step) for step in (7, 7, 6, 8)],
                         [True, False, False, True])


class Admin(http.server.BaseHTTPRequestHandler):
    answers, calls = {}, []

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.calls.append((self.command, self.path, self.headers["Authorization"],
                           json.loads(self.rfile.read(length) or "null")))
        status, body = self.answers[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Calls(unittest.TestCase):
    def setUp(self):
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Admin)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        token = pathlib.Path(folder.name, "token")
        token.write_text("mint-token\n")
        Admin.answers, Admin.calls[:] = {}, []
        self.mintage = mintage.Mintage(f"http://127.0.0.1:{self.server.server_address[1]}", token,
                                       "https://idp.example")

    def answer(self, path, status, body):
        Admin.answers[path] = status, json.dumps(body).encode()

    def fault(self, call, *arguments):
        with self.assertRaises(mintage.Fault) as found:
            call(*arguments)
        return found.exception.kind

    def test_a_handle_stays_one_part_of_the_path(self):
        self.answer("/admin/authorizations/..%2Fclients%3F", 200, {"scope": "openid"})
        self.assertEqual(self.mintage.authorization("../clients?"), {"scope": "openid"})
        self.assertEqual(Admin.calls[0][2], "Bearer mint-token")

    def test_a_verdict_leads_to_the_issuer_and_nowhere_else(self):
        path = "/admin/authorizations/h/accept"
        self.answer(path, 200, {"redirect_to": "https://idp.example/authorize/continue?with=x"})
        self.assertEqual(self.mintage.accept("h", {"sub": "s"}),
                         "https://idp.example/authorize/continue?with=x")
        self.assertEqual(Admin.calls[0], ("POST", path, "Bearer mint-token", {"sub": "s"}))
        for url in ("https://idp.example.evil/x", "//evil", "javascript:x", None):
            self.answer(path, 200, {"redirect_to": url})
            self.assertEqual(self.fault(self.mintage.accept, "h", {}), "unavailable")

    def test_faults_have_kinds(self):
        for status, kind in ((404, "unknown"), (409, "answered"), (400, "refused"),
                             (403, "refused"), (401, "unavailable"), (500, "unavailable"),
                             (503, "unavailable")):
            self.answer("/admin/authorizations/h", status, {"error": "e"})
            self.assertEqual(self.fault(self.mintage.authorization, "h"), kind)
        self.server.shutdown()
        self.server.server_close()
        self.assertEqual(self.fault(self.mintage.authorization, "h"), "unavailable")


if __name__ == "__main__":
    unittest.main()
