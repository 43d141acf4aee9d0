"""Attacks that a browser takes part in. (AUZ-02, AUZ-04, NEG-257,
NEG-260)"""

import time
import urllib.parse
import urllib.request

from case import BrowserTest


class NoRedirects(urllib.request.HTTPErrorProcessor):
    def http_response(self, request, response):
        return response


class Attacks(BrowserTest):
    def test_a_handle_is_of_one_browser(self):
        """Somebody takes the login page's address from a victim's browser and logs in there."""
        hers, his = self.at_login(), self.browser()
        his.open(hers.url)
        his.wait_title("Log in")
        self.log_in(his)
        his.click("button[value=allow]")
        his.wait("the server's page",
                 lambda: his.url.startswith(self.world.issuer) and his.has("h1"))
        self.assertFalse(his.url.startswith(self.world.app))
        self.assertNotIn("code=", his.url)
        # Her login is used up, as he answered it; she begins another.
        self.log_in(hers)
        hers.click("button[value=allow]")
        hers.wait_title("This login is finished already")

    def test_a_login_cannot_be_forced_on_a_browser(self):
        """Login CSRF: the answer to his login, opened in her browser."""
        self.world.register("forced", f"{self.sink.url}/forced", token_endpoint_auth_method="none")
        his, hers = self.browser(), self.at_login()
        his.open(self.authorize("forced", f"{self.sink.url}/forced"))
        his.wait_title("Log in")
        handle = urllib.parse.parse_qs(urllib.parse.urlsplit(his.url).query)["request"][0]
        answer = self.world.call(f"/admin/authorizations/{handle}/accept",
                                 {"sub": "mallory", "auth_time": int(time.time())})["redirect_to"]
        hers.open(answer)
        self.assertEqual(hers.url, answer)
        self.assertTrue(hers.has("h1"))
        self.assertEqual(self.sink.came_to("/forced"), [])
        his.open(answer)
        his.wait_title("Arrived")

    def test_a_logout_is_of_one_browser(self):
        """His logout, opened at the login page in her browser: she is asked, and goes nowhere."""
        self.world.register("leaving", f"{self.sink.url}/cb", token_endpoint_auth_method="none",
                            post_logout_redirect_uris=[f"{self.sink.url}/left"])
        his, hers = self.browser(), self.at_login()
        self.log_in(hers)
        answer = urllib.request.build_opener(NoRedirects).open(
            f"{self.world.issuer}/end_session?client_id=leaving&"
            f"post_logout_redirect_uri={self.sink.url}/left")
        hers.open(answer.headers["Location"])
        hers.wait_title("Log out?")
        hers.click("button[value=log_out]")
        hers.wait("the server's page",
                  lambda: hers.url.startswith(self.world.issuer) and hers.has("h1"))
        self.assertEqual(self.sink.came_to("/left"), [])
        his.open(f"{self.world.issuer}/end_session?client_id=leaving&"
                 f"post_logout_redirect_uri={self.sink.url}/left")
        his.wait_title("Arrived")
        his.open(f"{self.world.issuer}/end_session?client_id=leaving&"
                 f"post_logout_redirect_uri={self.sink.url}/evil")
        self.assertTrue(his.has("h1"))
        self.assertEqual(self.sink.came_to("/evil"), [])

    def test_no_open_redirect(self):
        """NEG-257: what is not registered is told on a page of the server."""
        browser = self.browser()
        for client in ("example-app", "nobody"):
            browser.open(self.authorize(client, f"{self.sink.url}/evil"))
            self.assertTrue(browser.url.startswith(f"{self.world.issuer}/authorize"))
            self.assertTrue(browser.has("h1"))
        browser.open(f"{self.world.issuer}/authorize/continue?with=x")
        self.assertTrue(browser.has("h1"))
        self.assertEqual(self.sink.came_to("/evil"), [])

    def test_no_page_can_be_framed(self):
        """Clickjacking."""
        browser = self.at_login()
        frames = [browser.url, f"{self.world.issuer}/authorize?client_id=nobody", self.world.app]
        self.sink.pages["/frames"] = "".join(f'<iframe src="{url}"></iframe>' for url in frames)
        browser.open(f"{self.sink.url}/frames")
        for index in range(len(frames)):
            browser.enter_frame(index)
            self.assertEqual(browser.run("return location.href"), "chrome-error://chromewebdata/",
                             frames[index])
            browser.leave_frame()

    def test_cookies_are_hidden_from_pages(self):
        browser = self.at_login()
        cookies = browser.cookies()
        for name in ("mintage_browser", "mintage_login", "example_app"):
            self.assertTrue(cookies[name]["httpOnly"], name)
            self.assertEqual(cookies[name]["sameSite"], "Lax", name)
            self.assertEqual(cookies[name]["expires"], -1, name)
