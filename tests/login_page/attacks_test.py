"""Attacks on the login page. (AUZ-04)"""

import re
import unittest

import support
from support import LoginTest, World

import accounts


class Attacks(LoginTest):
    def test_every_page_has_its_headers(self):
        for url in (self.world.ask("h1"), "/", "/nowhere", "/style.css", "/login",
                    "/login?request=x"):
            with self.subTest(url):
                page = self.browser.get(url)
                policy = page.header("Content-Security-Policy")
                for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'",
                             "base-uri 'none'"):
                    self.assertIn(part, policy)
                self.assertNotIn("script", policy)
                self.assertEqual(page.header("Referrer-Policy"), "no-referrer")
                self.assertEqual(page.header("X-Frame-Options"), "DENY")
                if url != "/style.css":
                    self.assertEqual(page.header("Cache-Control"), "no-store")
                    self.assertNotIn("<script", page.body)
                    self.assertNotIn(" style=", page.body)

    def test_forms_of_other_sites_are_refused(self):
        self.browser.get(self.world.ask("h1"))
        victim = self.world.browser()
        victim.get("/login?request=h1")
        fields = {"request": "h1", "username": "alice", "password": "correct horse"}
        theirs = self.browser.page.form("/login")["fields"]["csrf"][0]
        for csrf in ("", "x", "é", theirs):
            self.assertEqual(victim.post("/login", {**fields, "csrf": csrf}).status, 403)
        own = victim.get("/login?request=h1").form("/login")["fields"]["csrf"][0]
        page = victim.post("/login", {**fields, "csrf": own}, HTTP_SEC_FETCH_SITE="cross-site")
        self.assertEqual(page.status, 403)
        stranger = self.world.browser()  # without any cookie
        self.assertEqual(stranger.post("/login", {**fields, "csrf": own}).status, 403)
        self.assertEqual(victim.post("/login", {**fields, "csrf": own}).status, 303)

    def test_every_form_needs_its_token(self):
        for path in ("/login", "/code", "/consent", "/other", "/logout"):
            page = self.browser.post(path, {"request": "h1", "decision": "allow"})
            self.assertEqual(page.status, 403)

    def test_consent_is_not_given_by_get(self):
        self.log_in()
        page = self.browser.get("/consent?request=first&decision=allow")
        self.assertEqual((page.status, page.header("Allow")), (405, "POST"))

    def test_a_cookie_that_was_planted_is_worth_nothing(self):
        self.browser.get(self.world.ask("h1"))
        planted = dict(self.browser.cookies)
        self.world.log_in(self.browser, "h1")
        attacker = self.world.browser()
        attacker.cookies = planted
        self.assertEqual(attacker.get("/login?request=h1").title(), "Log in")

    def test_cookies_are_for_this_host_alone(self):
        page = self.browser.get(self.world.ask("h1"))
        self.assertRegex(page.header("Set-Cookie"), r"^__Host-mintage_login=[\w-]{43}; Path=/; "
                                                    r"HttpOnly; SameSite=Lax; Secure$")
        plain = World(public_url="http://127.0.0.1:9083")
        page = plain.browser().get(plain.ask("h1"))
        self.assertRegex(page.header("Set-Cookie"),
                         r"^mintage_login=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax$")

    def test_what_others_named_is_text(self):
        page = self.browser.get(self.world.ask("h1", login_hint='"><b>x', redirect_host="<i>"))
        self.assertIn("The &lt;Shop&gt;", page.body)
        self.assertIn("&quot;&gt;&lt;b&gt;x", page.body)
        self.assertNotIn("<i>", page.body)
        page = self.browser.submit("/login", username="'\"><script>", password="{password}")
        self.assertNotIn("<script", page.body)

    def test_a_handle_is_one_word(self):
        for handle in ("", "a b", "a%0d%0aSet-Cookie:x", "é", "x" * 2601, "../admin",
                       "h1&request=h2"):
            with self.subTest(handle):
                page = self.browser.get(f"/login?request={handle}")
                self.assertEqual(page.status, 400)
                self.assertIsNone(page.header("Set-Cookie"))

    def test_wrong_name_and_wrong_password_look_alike(self):
        self.world.ask("h1")
        pages = []
        for name, password in (("alice", "wrong"), ("nobody", "correct horse")):
            page = self.world.log_in(self.world.browser(), "h1", name, password)
            self.assertEqual(page.status, 403)
            pages.append(re.sub(r'value="[^"]*"', "", page.body))
        self.assertEqual(pages[0], pages[1])
        self.assertIn('role="alert"', pages[0])
        self.assertNotIn("nobody", self.log.getvalue())

    def test_guesses_are_limited(self):
        self.world.ask("h1")
        for attempt in range(6):
            page = self.world.log_in(self.browser, "h1", "Alice", f"wrong {attempt}")
        self.assertEqual(page.status, 429)
        self.assertEqual(self.world.log_in(self.browser, "h1").status, 429)
        # Not from elsewhere, and not for long.
        self.assertEqual(self.world.log_in(self.world.browser("192.0.2.9"), "h1").status, 200)
        self.world.now += 300
        self.assertEqual(self.world.log_in(self.browser, "h1").status, 200)

    def test_a_network_of_ipv6_counts_as_one_address(self):
        self.world.ask("h1")
        for n in range(6):
            browser = self.world.browser(f"2001:db8::{n}")
            page = self.world.log_in(browser, "h1", "alice", "wrong")
        self.assertEqual(page.status, 429)

    def test_guesses_of_a_name_that_does_not_exist_are_limited_too(self):
        self.world.ask("h1")
        for _ in range(6):
            page = self.world.log_in(self.browser, "h1", "nobody", "wrong")
        self.assertEqual(page.status, 429)

    def test_guesses_from_many_addresses_and_of_many_names_are_limited(self):
        self.world.ask("h1")
        for n in range(51):
            page = self.world.log_in(self.world.browser(f"192.0.2.{n}"), "h1", "alice", "wrong")
        self.assertEqual(page.status, 429)
        for n in range(101):
            page = self.world.log_in(self.browser, "h1", f"name {n}", "wrong")
        self.assertEqual(page.status, 429)

    def test_right_passwords_are_not_counted(self):
        for n in range(120):
            self.world.ask(f"h{n}")
            self.assertEqual(self.world.log_in(self.world.browser(), f"h{n}").status, 200)

    def test_guesses_of_a_code_are_limited(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1", "bob", "battery staple")
        wrong = next(code for code in ("111111", "222222", "333333", "444444")
                     if accounts.totp_step(self.world.secret, code, self.world.now) is None)
        for _ in range(5):
            self.assertEqual(self.browser.submit("/code", code=wrong).status, 403)
        code = accounts.totp(self.world.secret, self.world.now // 30)
        self.assertEqual(self.browser.submit("/code", code=code).status, 429)

    def test_the_address_of_a_browser_comes_from_the_proxy_alone(self):
        self.world.ask("h1")
        for n in range(6):
            browser = self.world.browser("127.0.0.1")
            forwarded = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{n}, 192.0.2.7"}
            browser.get("/login?request=h1", **forwarded)
            page = browser.submit("/login", forwarded, username="alice", password="wrong")
        self.assertEqual(page.status, 429)

    def test_bodies_are_bounded_and_forms_only(self):
        fields = {"csrf": "x" * 17000}
        self.assertEqual(self.browser.post("/login", fields).status, 413)
        page = self.browser.post("/login", {}, CONTENT_TYPE="application/json")
        self.assertEqual(page.status, 400)
        self.assertEqual(self.browser.post("/login", [("csrf", "a"), ("csrf", "b")]).status, 400)

    def test_a_second_verdict_is_told(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1")
        fields = self.browser.page.form("/consent")["fields"]
        self.browser.submit("/consent", decision="allow")
        page = self.browser.post("/consent", {**fields, "decision": "allow"})
        self.assertEqual(page.status, 409)

    def test_an_unknown_handle_and_a_lost_server_are_told(self):
        self.assertEqual(self.browser.get("/login?request=gone").status, 404)
        self.world.mintage.fails = True
        page = self.browser.get("/login?request=gone")
        self.assertEqual((page.status, page.header("Retry-After")), (503, "5"))

    def test_a_fault_shows_nothing(self):
        self.world.ask("h1")
        self.world.mintage.requests["h1"]["scope"] = 7
        page = self.world.log_in(self.browser, "h1")
        self.assertEqual((page.status, page.title()), (500, "Something went wrong here"))
        self.assertNotIn("attribute", page.body)
        self.assertIn("AttributeError", self.log.getvalue())

    def test_no_secret_is_logged(self):
        self.world.ask("secret-handle")
        self.world.log_in(self.browser, "secret-handle", "alice", "secret-password")
        self.world.log_in(self.browser, "secret-handle")
        self.browser.submit("/consent", decision="allow")
        log = self.log.getvalue()
        self.assertIn("logged_in", log)
        for secret in ("secret-", "correct horse", *self.browser.cookies.values()):
            self.assertNotIn(secret, log)

if __name__ == "__main__":
    unittest.main()
