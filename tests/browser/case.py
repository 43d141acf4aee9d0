"""What the tests of browsers have in common."""

import unittest
import urllib.parse

import shared
import webdriver
from world import PASSWORD

# RFC 7636, Appendix B (KAT-01).
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class BrowserTest(unittest.TestCase):
    """`world` and `sink` serve all tests; `browser` gives one that knows nothing yet."""

    world, sink = shared.world, shared.sink

    def browser(self):
        browser = shared.browsers.pop() if shared.browsers else webdriver.Browser(shared.driver)
        self.addCleanup(self._give_back, browser)
        return browser

    @staticmethod
    def _give_back(browser):
        browser.forget()
        shared.browsers.append(browser)

    def at_login(self, browser=None):
        browser = browser or self.browser()
        browser.open(f"{self.world.app}/login")
        browser.wait_title("Log in")
        return browser

    def log_in(self, browser):
        browser.type("#username", "alice")
        browser.type("#password", PASSWORD)
        browser.click("button")
        browser.wait_title("Allow access?")

    def authorize(self, client_id, redirect_uri, **members):
        return f"{self.world.issuer}/authorize?" + urllib.parse.urlencode({
            "client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code",
            "scope": "openid", "state": "st", "code_challenge": CHALLENGE,
            "code_challenge_method": "S256", **members})
