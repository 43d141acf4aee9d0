"""A client of chromedriver: the few commands of WebDriver that these tests need, over HTTP."""

import base64
import http.client
import json
import re
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver §12
TAB, ENTER, SPACE = "\ue004", "\ue007", " "
PATIENCE = 30  # seconds; what is waited for comes sooner


class Failure(Exception):
    pass


class Driver:
    """A chromedriver process, on a free port."""

    def __init__(self):
        self._process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, text=True)
        for line in self._process.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        raise Failure("chromedriver did not start")

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise Failure(f"{answer['error']}: {answer['message'].splitlines()[0]}")
        return answer


class Browser:
    """A chromium with a profile of its own: no cookie of another browser, no script of a page."""

    def __init__(self, driver, trust_any_certificate=False):
        self._driver = driver
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--no-first-run", "--disable-background-networking", "--lang=en",
                     f"--user-data-dir={self._profile.name}"]
        made = driver.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "acceptInsecureCerts": trust_any_certificate,
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments}}}})
        self._path = f"/session/{made['sessionId']}"

    def stop(self):
        self._driver.call("DELETE", self._path)
        self._profile.cleanup()

    def _call(self, method, path, body=None):
        return self._driver.call(method, self._path + path, body)

    def chrome(self, command, **parameters):
        """A command of Chrome's own protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    @property
    def url(self):
        return self._call("GET", "/url")

    def run(self, script):
        """In the page, which itself runs none."""
        return self._call("POST", "/execute/sync", {"script": script, "args": []})

    def find(self, css):
        return self._call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def has(self, css):
        return bool(self._call("POST", "/elements", {"using": "css selector", "value": css}))

    def text(self, css="body"):
        return self._call("GET", f"/element/{self.find(css)}/text")

    def click(self, css):
        self._call("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        element = self.find(css)
        self._call("POST", f"/element/{element}/clear", {})
        self._call("POST", f"/element/{element}/value", {"text": text})

    def press(self, *texts):
        """Keys, sent to whatever has the focus."""
        keys = [{"type": kind, "value": key}
                for key in "".join(texts) for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions",
                   {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def focused(self):
        return self.run("let e = document.activeElement; return e.id || e.value || e.innerText")

    def enter_frame(self, index):
        self._call("POST", "/frame", {"id": index})

    def leave_frame(self):
        self._call("POST", "/frame", {"id": None})

    def cookies(self):
        """All of the profile: those that pages cannot see too."""
        found = self.chrome("Network.getAllCookies")["cookies"]
        return {cookie["name"]: cookie for cookie in found}

    def wait(self, what, condition):
        """Until the condition holds. A page that is just being left counts as not yet."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                found = condition()
                if found:
                    return found
            except Failure:
                pass
            if time.monotonic() > end:
                raise Failure(f"waited for {what}; at {self.url}:\n{self.text()}")
            time.sleep(0.02)

    def wait_title(self, text):
        self.wait(f"the heading {text!r}", lambda: self.text("h1") == text)

    def forget(self):
        """Leaves the page, the cookies and what `look` has set behind."""
        self.leave_frame()
        self.open("about:blank")
        self.chrome("Network.clearBrowserCookies")
        self.chrome("Emulation.clearDeviceMetricsOverride")
        self.complaints()

    def complaints(self):
        """What the console says since the last call: refusals by a policy, among others."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def look(self, width, height, dark=False, phone=False):
        self.chrome("Emulation.setDeviceMetricsOverride", width=width, height=height,
                    deviceScaleFactor=1, mobile=phone)
        scheme = "dark" if dark else "light"
        self.chrome("Emulation.setEmulatedMedia",
                    features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self):
        return base64.b64decode(self._call("GET", "/screenshot"))
