"""mod_auth_openidc of Apache in front of a static page: a client that nobody here wrote."""

import pathlib
import secrets
import shutil
import subprocess
import tempfile

from case import BrowserTest
from world import free_port, wait_for_listener

CONFIG = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
User www-data
Group www-data
PidFile apache.pid
ErrorLog error.log
DocumentRoot {folder}/www
{modules}
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID apache
OIDCClientSecret {secret}
OIDCRedirectURI http://127.0.0.1:{port}/secret/callback
OIDCCryptoPassphrase {secret}
OIDCPKCEMethod S256
OIDCScope "openid profile"
OIDCRemoteUserClaim preferred_username
<Directory {folder}/www>
  Options +Includes
  SetOutputFilter INCLUDES
  ForceType text/html
  Require all granted
</Directory>
<Location /secret>
  AuthType openid-connect
  Require valid-user
</Location>
"""
MODULES = pathlib.Path("/usr/lib/apache2/modules")
NAMES = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "include")


class Apache:
    def __init__(self, world):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mintage-apache-"))
        self.folder.chmod(0o755)
        port, secret = free_port(), secrets.token_urlsafe(24)
        self.url = f"http://127.0.0.1:{port}"
        world.register("apache", f"{self.url}/secret/callback", client_secret=secret,
                       client_name="Behind Apache",
                       post_logout_redirect_uris=[f"{self.url}/bye.html"])
        (self.folder / "www" / "secret").mkdir(parents=True)
        (self.folder / "www" / "secret" / "index.html").write_text(
            '<h1>Hello <!--#echo var="REMOTE_USER" --></h1>')
        (self.folder / "www" / "bye.html").write_text("<h1>Bye</h1>")
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in NAMES)
        (self.folder / "apache.conf").write_text(CONFIG.format(
            folder=self.folder, port=port, secret=secret, issuer=world.issuer, modules=modules))
        self._process = subprocess.Popen(
            ["apache2", "-d", self.folder, "-f", self.folder / "apache.conf", "-D", "FOREGROUND"])
        try:
            wait_for_listener(port, lambda: self._process.poll() is None)
        except AssertionError as why:
            raise AssertionError(f"{why}: {self._log()}") from None

    def _log(self):
        log = self.folder / "error.log"
        return log.read_text() if log.exists() else "no log"

    def stop(self):
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self.folder)


class ApacheTest(BrowserTest):
    def test_a_page_behind_mod_auth_openidc(self):
        apache, browser = Apache(self.world), self.browser()
        self.addCleanup(apache.stop)
        browser.open(f"{apache.url}/secret/index.html")
        browser.wait_title("Log in")
        self.assertIn("Behind Apache", browser.text())
        self.log_in(browser)
        browser.click("button[value=allow]")
        browser.wait_title("Hello alice")
        self.assertEqual(browser.url, f"{apache.url}/secret/index.html")
        browser.open(f"{apache.url}/secret/callback?logout={apache.url}/bye.html")
        browser.wait_title("Bye")
        browser.open(self.world.login)
        browser.wait_title("You are not logged in")
