"""The login page against a Mintage that is not there. (MINT-01, MINT-02, AUZ-03, LGO-02)"""

import unittest

import support
from support import LoginTest, World

import accounts


class Journey(LoginTest):
    def test_password_and_consent_become_a_verdict(self):
        self.world.ask("h1", resources=["https://api.example"])
        page = self.world.log_in(self.browser, "h1")
        self.assertEqual(page.title(), "Allow access?")
        self.assertIn("shop.example", page.body)
        self.assertIn("https://api.example", page.body)
        self.assertIn("PKCE, S256", page.body)
        page = self.browser.submit("/consent", decision="allow")
        self.assertEqual(page.leads_to(), f"{support.ISSUER}/authorize/continue?with=h1&x=1")
        said = self.verdict("h1")
        self.assertEqual(said["sub"], self.world.sub("alice"))
        self.assertEqual((said["auth_time"], said["amr"], said["acr"]),
                         (self.world.now, ["pwd"], "password"))
        self.assertEqual(said["scope"], "openid profile email")
        self.assertEqual(said["resource"], ["https://api.example"])
        self.assertEqual(said["claims"], {"name": "Alice Example", "preferred_username": "alice",
                                          "email": "alice@example.com"})
        self.assertTrue(said["interacted"])

    def test_a_form_ends_in_a_page_and_not_in_a_redirect(self):
        # Browsers hold redirects that follow a form to form-action.
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1")
        page = self.browser.submit("/consent", decision="allow")
        self.assertEqual((page.status, page.header("Location")), (200, None))
        self.assertIn('<a class="button" href="https://idp.example/', page.body)

    def test_scopes_that_are_unchecked_are_not_granted(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1")
        self.browser.submit("/consent", decision="allow", scope=["profile", "admin"])
        self.assertEqual(self.verdict("h1")["scope"], "openid profile")
        self.assertNotIn("email", self.verdict("h1")["claims"])

    def test_consent_is_remembered_for_what_was_agreed_to(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1")
        self.browser.submit("/consent", decision="allow", scope=["profile"])
        page = self.browser.get(self.world.ask("h2", scope="openid profile"))
        self.assertEqual((page.status, page.leads_to()[:19]), (303, support.ISSUER))
        self.assertFalse(self.verdict("h2")["interacted"])
        for more in ({"scope": "openid email"}, {"resources": ["https://api.example"]},
                     {"scope": "openid", "prompt": ["consent"]},
                     {"scope": "openid", "redirect_host": "evil.example"},
                     {"scope": "openid", "client": {"client_id": "other"}},
                     {"scope": "openid", "localhost_only": True}):
            with self.subTest(more):
                page = self.browser.get(self.world.ask("h3", **{"scope": "openid profile", **more}))
                self.assertEqual(page.title(), "Allow access?")
        self.world.now += 91 * 86400
        self.world.ask("h4", scope="openid profile")
        self.assertEqual(self.world.log_in(self.browser, "h4").title(), "Allow access?")

    def test_own_applications_need_no_consent(self):
        self.world = World(first_party=["shop"])
        browser = self.world.browser()
        self.world.ask("h1")
        page = self.world.log_in(browser, "h1")
        self.assertTrue(page.leads_to().startswith(support.ISSUER))

    def test_the_person_may_deny_or_cancel(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1")
        page = self.browser.submit("/consent", decision="deny")
        self.assertEqual(self.verdict("h1"), "access_denied")
        self.assertTrue(page.leads_to().startswith(support.ISSUER))
        other = self.world.browser()
        other.get(self.world.ask("h2"))
        other.submit("/consent", decision="deny")
        self.assertEqual(self.verdict("h2"), "access_denied")

    def test_another_account_can_be_used(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1")
        page = self.browser.submit("/other")
        self.assertEqual(page.title(), "Log in")

    def test_one_time_codes(self):
        self.world.ask("h1")
        page = self.world.log_in(self.browser, "h1", "bob", "battery staple")
        self.assertEqual(page.title(), "Enter your code")
        self.assertEqual(self.browser.get("/login?request=h1").title(), "Enter your code")
        self.assertEqual(self.browser.submit("/code", code="12345").status, 403)
        code = accounts.totp(self.world.secret, self.world.now // 30)
        page = self.browser.submit("/code", code=f"{code[:3]} {code[3:]}")
        self.assertEqual(page.title(), "Allow access?")
        self.browser.submit("/consent", decision="allow")
        self.assertEqual((self.verdict("h1")["amr"], self.verdict("h1")["acr"]),
                         (["pwd", "otp", "mfa"], "two-factor"))
        # The same code a second time, in another browser.
        other = self.world.browser()
        self.world.ask("h2")
        self.world.log_in(other, "h2", "bob", "battery staple")
        self.assertEqual(other.submit("/code", code=code).status, 403)

    def test_a_password_without_its_code_is_no_login(self):
        self.world.ask("h1")
        self.world.log_in(self.browser, "h1", "bob", "battery staple")
        self.assertEqual(self.browser.get(self.world.ask("h2")).title(), "Log in")
        form = {"request": "h1", "csrf": self.browser.page.form("/login")["fields"]["csrf"],
                "decision": "allow"}
        self.browser.post("/consent", form)
        self.assertIsNone(self.verdict("h1"))


class Rules(LoginTest):
    def test_prompt_none_asks_nothing(self):
        self.browser.get(self.world.ask("h1", interactive=False, prompt=["none"]))
        self.assertEqual(self.verdict("h1"), "login_required")
        self.log_in()
        page = self.browser.get(self.world.ask("h2", interactive=False, prompt=["none"]))
        self.assertEqual((page.status, self.verdict("h2")), (303, "consent_required"))

    def test_prompt_login_and_max_age_ask_again(self):
        self.log_in()
        self.world.now += 60
        for handle, members in (("h1", {"prompt": ["login"]}),
                                ("h2", {"prompt": ["select_account"]}),
                                ("h3", {"max_age": 59}), ("h4", {"hint_sub": "somebody"})):
            with self.subTest(members):
                page = self.browser.get(self.world.ask(handle, **members))
                self.assertEqual(page.title(), "Log in")
        page = self.browser.get(self.world.ask("h5", max_age=60))
        self.assertEqual(page.title(), "Allow access?")
        self.assertEqual(self.world.log_in(self.browser, "h1").title(), "Allow access?")

    def test_max_age_0_is_satisfied_by_the_login_for_it(self):
        self.world.ask("h1", max_age=0)
        self.world.log_in(self.browser, "h1")
        self.world.now += 20
        self.browser.submit("/consent", decision="allow")
        self.assertEqual(self.verdict("h1")["auth_time"], self.world.now - 20)

    def test_a_hint_of_another_person_is_not_satisfied_by_this_one(self):
        self.world.ask("h1", hint_sub=self.world.sub("bob"))
        self.world.log_in(self.browser, "h1")
        self.assertEqual(self.verdict("h1"), "login_required")

    def test_an_essential_acr_is_met_or_denied(self):
        wanted = {"id_token": {"acr": {"essential": True, "values": ["two-factor"]}}}
        self.world.ask("h1", claims=wanted)
        self.world.log_in(self.browser, "h1")
        self.assertEqual(self.verdict("h1"), "unmet_authentication_requirements")
        self.world.ask("h2", claims={"id_token": {"acr": {"values": ["two-factor"]}}})
        self.assertEqual(self.world.log_in(self.world.browser(), "h2").title(), "Allow access?")

    def test_a_new_password_ends_sessions(self):
        self.log_in()
        self.world.store.set_password("alice", accounts.hash_password("another one"))
        self.world.ask("h1")
        self.assertEqual(self.world.log_in(self.browser, "h1").status, 403)
        page = self.world.log_in(self.browser, "h1", password="another one")
        self.assertEqual(page.title(), "Allow access?")
        self.assertFalse(self.world.store.set_password("nobody", ""))

    def test_a_session_ends(self):
        self.log_in()
        self.world.now += 8 * 3600
        self.assertEqual(self.browser.get(self.world.ask("h1")).title(), "Log in")


BACK = f"{support.ISSUER}/authorize/continue?with=o1"


class Logout(LoginTest):
    def sid(self):
        return self.world.store._run("SELECT sid FROM sessions")[0]["sid"]

    def ask(self, **members):
        self.world.mintage.logouts["o1"] = {"confirm": True, **members}
        return self.browser.get("/logout?request=o1")

    def test_the_application_that_proves_the_session_is_not_asked_about(self):
        self.log_in()
        sid = self.sid()
        page = self.ask(client=support.CLIENT, sid=sid, confirm=False)
        self.assertEqual((page.status, page.leads_to()), (303, BACK))
        self.assertEqual(self.world.mintage.ended, [sid])
        self.assertEqual(self.browser.get(self.world.ask("h1")).title(), "Log in")

    def test_any_other_logout_is_confirmed(self):
        self.log_in()
        client = {"client": support.CLIENT}
        for members in ({**client, "sid": "another", "confirm": False}, client,
                        {**client, "sid": self.sid()}):
            self.assertEqual(self.ask(**members).title(), "Log out?")
            self.assertIn("The &lt;Shop&gt;", self.browser.page.body)
            self.assertEqual(self.world.mintage.ended, [])
        self.assertEqual(self.browser.submit("/logout", decision="stay").title(),
                         "You are logged in")
        self.assertEqual(self.world.mintage.verdicts["o1"], "stayed")
        self.assertEqual(self.world.mintage.ended, [])
        sid = self.sid()
        self.ask(**client)
        self.assertEqual(self.browser.submit("/logout", decision="log_out").leads_to(), BACK)
        self.assertEqual(self.world.mintage.ended, [sid])

    def test_nobody_says_who_asks(self):
        self.log_in()
        self.assertEqual(self.ask().title(), "Log out?")
        self.assertEqual(self.browser.submit("/logout", decision="log_out").title(),
                         "You are logged out")
        self.assertEqual(len(self.world.mintage.ended), 1)

    def test_without_a_login_there_is_nothing_to_confirm(self):
        self.assertEqual(self.ask(client=support.CLIENT).leads_to(), BACK)
        self.assertEqual(self.ask().title(), "You are logged out")
        self.assertEqual(self.world.mintage.ended, [])

    def test_a_handle_that_has_expired(self):
        self.log_in()
        page = self.browser.get("/logout?request=o2")
        self.assertEqual((page.status, page.title()), (404, "This logout has expired"))
        self.assertNotIn("log in", page.body)
        page = self.browser.get("/logout?request=%20")
        self.assertEqual((page.status, page.title()), (400, "There is no logout to continue"))
        self.assertEqual(self.world.mintage.ended, [])

    def test_a_login_by_another_person_ends_the_session_before(self):
        self.log_in()
        sid = self.sid()
        self.browser.get(self.world.ask("h1", prompt=["login"]))
        self.browser.submit("/login", username="bob", password="battery staple")
        self.assertEqual(self.world.mintage.ended, [sid])
        self.assertNotEqual(self.sid(), sid)

    def test_another_account_ends_the_session(self):
        self.log_in()
        sid = self.sid()
        self.browser.get(self.world.ask("h1"))
        self.browser.submit("/other")
        self.assertEqual(self.world.mintage.ended, [sid])

    def test_the_same_person_stays_in_the_session(self):
        self.log_in()
        sid, cookies = self.sid(), dict(self.browser.cookies)
        self.browser.get(self.world.ask("h1", prompt=["login"]))
        self.browser.submit("/login", username="alice", password="correct horse")
        self.assertEqual(self.world.mintage.ended, [])
        self.assertEqual(self.sid(), sid)
        self.assertNotEqual(self.browser.cookies, cookies)

    def test_from_the_page_itself(self):
        self.assertEqual(self.browser.get("/").title(), "You are not logged in")
        self.log_in()
        self.assertEqual(self.browser.get("/").title(), "You are logged in")
        self.assertEqual(self.browser.submit("/logout", decision="log_out").title(),
                         "You are logged out")
        self.assertEqual(len(self.world.mintage.ended), 1)
        self.assertEqual(self.browser.get("/").title(), "You are not logged in")

    def test_when_mintage_fails_nothing_is_half_done(self):
        self.log_in()
        self.browser.get("/")
        self.world.mintage.fails = True
        page = self.browser.submit("/logout", decision="log_out")
        self.assertEqual((page.status, page.title()), (503, "The logout is not available"))
        self.world.mintage.fails = False
        self.assertEqual(self.browser.get("/").title(), "You are logged in")


if __name__ == "__main__":
    unittest.main()
