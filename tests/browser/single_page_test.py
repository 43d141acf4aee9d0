"""oidc-client-ts from npm in a page: a public client whose script asks the server itself. (CORS)"""

import pathlib

import shared
from case import BrowserTest

LIBRARY = "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><h1></h1><script>{library}</script>
<script>
const manager = new oidc.UserManager({{authority: "{issuer}", client_id: "single-page",
  redirect_uri: location.origin + "/spa", scope: "openid profile offline_access",
  post_logout_redirect_uri: location.origin + "/bye", loadUserInfo: true}})
const show = (text) => (document.querySelector("h1").textContent = text)
async function run() {{
  if (!location.search.includes("code=")) return manager.signinRedirect()
  const user = await manager.signinCallback()
  const refreshed = await manager.signinSilent()
  const again = user.access_token === refreshed.access_token ? "" : " again"
  show(`Hello ${{user.profile.name}}${{again}}`)
}}
run().catch((why) => show(String(why)))
</script>"""


class SinglePage(BrowserTest):
    def test_oidc_client_ts(self):
        library = pathlib.Path(shared.packages or "", LIBRARY)
        if not library.exists():
            self.skipTest("the npm packages of the test interop are not there")
        self.sink.pages["/spa"] = PAGE.format(library=library.read_text(), issuer=self.world.issuer)
        self.world.register("single-page", f"{self.sink.url}/spa",
                            token_endpoint_auth_method="none", allowed_origins=[self.sink.url],
                            post_logout_redirect_uris=[f"{self.sink.url}/bye"])
        browser = self.browser()
        browser.open(f"{self.sink.url}/spa")
        browser.wait_title("Log in")
        self.log_in(browser)
        browser.click("button[value=allow]")
        browser.wait_title("Hello Alice Example again")

        browser.run("manager.signoutRedirect()")
        browser.wait_title("Arrived")
        self.assertTrue(browser.url.startswith(f"{self.sink.url}/bye"))
        browser.open(self.world.login)
        browser.wait_title("You are not logged in")
