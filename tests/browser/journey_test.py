"""Logins in a real browser, through server, login page and example application. (AUZ-01, AUZ-04,
LGO-02)"""

from case import BrowserTest
from webdriver import ENTER, SPACE, TAB
from world import PASSWORD


class Journey(BrowserTest):
    def test_log_in_refresh_log_out(self):
        browser = self.browser()
        browser.open(self.world.app)
        browser.click("a.button")
        browser.wait_title("Log in")
        self.assertTrue(browser.url.startswith(f"{self.world.login}/login?request="))
        self.assertIn("Example application", browser.text())
        self.log_in(browser)
        self.assertIn("127.0.0.1", browser.text("dl"))
        browser.click("button[value=allow]")
        browser.wait_title("Hello Alice Example")
        self.assertEqual(browser.url, f"{self.world.app}/")
        claims = browser.text("#id-token")
        for part in (f"iss {self.world.issuer}", "aud example-app", '["pwd"]', "acr password"):
            self.assertIn(part, claims)
        self.assertIn("email alice@example.com", browser.text("#userinfo"))

        browser.click("form[action='/refresh'] button")
        browser.wait("a refreshed token", lambda: browser.text("#refreshed") == "1")

        # Anew: the session at the login page does not do.
        browser.click("a.quiet")
        browser.wait_title("Log in")
        self.log_in(browser)
        browser.click("button[value=allow]")
        browser.wait_title("Hello Alice Example")

        # The ID token names the session, so nothing is asked.
        browser.click("form[action='/logout'] button")
        browser.wait_title("You are logged out")
        self.assertEqual(browser.url, f"{self.world.app}/logged-out")
        browser.open(self.world.login)
        browser.wait_title("You are not logged in")
        self.at_login(browser)
        policy = [said for said in browser.complaints() if "Content Security Policy" in said]
        self.assertEqual(policy, [])

    def test_a_logout_that_proves_nothing_is_confirmed(self):
        browser = self.at_login()
        self.log_in(browser)
        browser.open(f"{self.world.issuer}/end_session")
        browser.wait_title("Log out?")
        browser.click("button[value=stay]")
        browser.wait_title("You are logged in")
        browser.open(f"{self.world.issuer}/end_session?client_id=example-app&state=s&"
                     f"post_logout_redirect_uri={self.world.app}/logged-out")
        browser.wait_title("Log out?")
        self.assertIn("Example application", browser.text())
        browser.click("button[value=log_out]")
        browser.wait_title("You are logged out")
        self.assertEqual(browser.url, f"{self.world.app}/logged-out?state=s")
        browser.open(self.world.login)
        browser.wait_title("You are not logged in")
        policy = [said for said in browser.complaints() if "Content Security Policy" in said]
        self.assertEqual(policy, [])

    def test_the_login_page_logs_out_by_itself(self):
        browser = self.at_login()
        self.log_in(browser)
        browser.open(self.world.login)
        browser.wait_title("You are logged in")
        browser.click("button")
        browser.wait_title("You are logged out")

    def test_the_keyboard_is_enough(self):
        browser = self.at_login()
        self.assertEqual(browser.focused(), "username")
        browser.press("alice", TAB, "wrong", ENTER)
        browser.wait("the failure", lambda: browser.has("[role=alert]"))
        self.assertEqual(browser.focused(), "username")
        browser.press(TAB)
        self.assertEqual(browser.focused(), "password")
        browser.press(PASSWORD, TAB)
        self.assertEqual(browser.focused(), "Log in")
        browser.press(ENTER)
        browser.wait_title("Allow access?")
        for scope in ("profile", "email", "offline_access"):
            browser.press(TAB)
            self.assertEqual(browser.focused(), scope)
        browser.press(SPACE, TAB)
        self.assertEqual(browser.focused(), "allow")
        browser.press(ENTER)
        browser.wait_title("Hello Alice Example")
        self.assertIn("Granted: openid profile email.", browser.text())

    def test_denied_and_cancelled(self):
        browser = self.at_login()
        browser.click("button[value=deny]")
        browser.wait_title("You are not logged in")
        self.assertIn("access_denied", browser.text())
        self.log_in(self.at_login(browser))
        browser.click("button[value=deny]")
        browser.wait_title("You are not logged in")

    def test_prompt_none_shows_nothing(self):
        browser = self.browser()
        browser.open(f"{self.world.app}/login?prompt=none")
        browser.wait_title("You are not logged in")
        self.assertIn("login_required", browser.text())

    def test_pages_fit_and_do_not_scroll_sideways(self):
        browser = self.at_login()
        for width in (320, 1280):
            browser.look(width, 700, phone=width == 320)
            self.assertLessEqual(browser.run("return document.scrollingElement.scrollWidth"), width)
            self.assertGreaterEqual(browser.run(
                "return document.querySelector('button').getBoundingClientRect().height"), 44)

    def test_form_post(self):
        self.world.register("form-post", f"{self.sink.url}/form", token_endpoint_auth_method="none")
        browser = self.browser()
        browser.open(self.authorize("form-post", f"{self.sink.url}/form",
                                    response_mode="form_post"))
        browser.wait_title("Log in")
        self.log_in(browser)
        browser.click("button[value=allow]")
        browser.wait("the form", lambda: browser.url.startswith(f"{self.world.issuer}/authorize/")
                     and browser.has("button"))
        browser.click("button")
        browser.wait_title("Arrived")
        method, path, form = self.sink.came_to("/form")[0]
        self.assertEqual((method, path), ("POST", "/form"))
        self.assertEqual((form["state"], form["iss"]), ("st", self.world.issuer))
        self.assertTrue(form["code"].startswith("mco_"))
