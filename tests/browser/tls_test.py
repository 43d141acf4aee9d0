"""The journey over https, with a proxy in front of login page and application. (AUZ-01, LGO-04)"""

import shared
import webdriver
from case import BrowserTest
from world import World


class OverTls(BrowserTest):
    def test_cookies_have_the_prefix_host_and_a_logout_reaches_the_application(self):
        self.world = World(shared.mintage, over_tls=True)
        self.addCleanup(self.world.stop)
        browser = webdriver.Browser(shared.driver, trust_any_certificate=True)
        self.addCleanup(browser.stop)
        self.log_in(self.at_login(browser))
        browser.click("button[value=allow]")
        browser.wait_title("Hello Alice Example")
        cookies = browser.cookies()
        for name in ("mintage_browser", "mintage_login", "example_app"):
            cookie = cookies[f"__Host-{name}"]
            self.assertEqual((cookie["secure"], cookie["httpOnly"], cookie["path"]),
                             (True, True, "/"), name)
        # The address of a browser is that which the proxy saw.
        self.assertIn('"source": "127.0.0.1"', self.world.log("login"))

        # The application is told by the server alone: it did not ask, nor did the browser.
        browser.open(self.world.login)
        browser.click("button")
        browser.wait_title("You are logged out")

        def has_forgotten():
            browser.open(self.world.app)
            return browser.text("h1") == "Example application"

        browser.wait("the end of the application's session", has_forgotten)
