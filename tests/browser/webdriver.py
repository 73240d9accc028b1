"""A small client of the W3C WebDriver protocol for headless Chromium. Standard library only.

    with Browser() as browser:
        browser.open("http://127.0.0.1:8080/")
        browser.type("#question", "Hello" + ENTER)
        browser.wait_for(lambda: browser.text(".answer"))

The browser gets a fresh profile. Browser, driver and profile are gone after the block, whatever happens.
"""

import base64
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time

ENTER = "\ue007"
SHIFT = "\ue008"
ESCAPE = "\ue00c"
NULL = "\ue000"  # lets go of held keys such as SHIFT

SKIPPED = 77  # exit status of a test that could not run here (CTest: SKIP_RETURN_CODE 77)

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element reference, fixed by the standard

CHROMIUM_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",  # root, as in a container, has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",  # containers have a small /dev/shm
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--window-size=1280,860",
    "--hide-scrollbars",
]

ATTEMPTS = 3  # to start driver and browser
START_SECONDS = 90

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

# Runs the driver, on a free port that it names in its log, until our end of the pipe closes: even a test that is
# killed leaves no browser and no profile behind.
GUARD = """
setsid chromedriver --port=0 >"$1/chromedriver.log" 2>&1 &
cat >/dev/null
kill -9 -$! 2>/dev/null
until rm -rf "$1" 2>/dev/null; do sleep 0.1; done
"""


class WebDriverError(Exception):
    """The driver or the browser refused a command."""


def missing_programs():
    """Names of the programs that are needed and not installed."""
    return [names[0] for names in (CHROMIUM, ("chromedriver",))
            if not any(map(shutil.which, names))]


class Browser:
    """One headless browser with one page."""

    def __init__(self, arguments=()):
        self._arguments = CHROMIUM_ARGUMENTS + list(arguments)
        self._guard = None
        self._session = None

    def __enter__(self):
        # A busy machine has been seen to take more than half a minute for what else takes a second.
        for attempt in range(ATTEMPTS):
            try:
                self._start()
                return self
            except (WebDriverError, OSError, http.client.HTTPException):
                self.stop()
                if attempt + 1 == ATTEMPTS:
                    raise
            except BaseException:
                self.stop()
                raise

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        self._directory = tempfile.mkdtemp(prefix="firstlight-browser-")
        self._guard = subprocess.Popen(["sh", "-c", GUARD, "guard", self._directory], stdin=subprocess.PIPE,
                                       start_new_session=True)
        self._port = self._wait_for_port(os.path.join(self._directory, "chromedriver.log"))
        binary = next(filter(None, map(shutil.which, CHROMIUM)))
        profile = "--user-data-dir=" + os.path.join(self._directory, "profile")
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": binary, "args": self._arguments + [profile]},
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": 30_000, "pageLoad": 30_000},
        }}})
        self._session = "/session/" + answer["sessionId"]

    @staticmethod
    def _wait_for_port(log):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError), open(log, encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    if "was started successfully on port" in line and line.endswith("\n"):
                        return int(line.rstrip(". \n").rsplit(" ", 1)[1])
            time.sleep(0.05)
        with contextlib.suppress(OSError), open(log, encoding="utf-8", errors="replace") as lines:
            raise WebDriverError("chromedriver did not start: " + lines.read()[-2000:])
        raise WebDriverError("chromedriver did not start, and wrote no log")

    def stop(self):
        """Ends browser and driver and removes the profile. May be called more than once."""
        if self._session:
            with contextlib.suppress(WebDriverError, OSError):
                self._call("DELETE", self._session)
            self._session = None
        if self._guard:
            self._guard.stdin.close()
            self._guard.wait()
            self._guard = None

    def _call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=90)
        try:
            content = json.dumps(body or {}) if method == "POST" else None
            connection.request(method, path, content, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(f"{value['error']}: {(value.get('message') or '?').splitlines()[0]}")
        return value

    def _post(self, path, body=None):
        return self._call("POST", self._session + path, body)

    # ---- The page ----

    def open(self, url):
        self._post("/url", {"url": url})

    def run(self, script, *arguments):
        """Runs JavaScript in the page; `return` gives a value back."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        """Sends a command of the Chrome DevTools Protocol."""
        return self._post("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def console(self):
        """Messages of the page's console since the last call, such as errors and blocked resources."""
        return self._post("/se/log", {"type": "browser"})

    def screenshot(self, path):
        with open(path, "wb") as image:
            image.write(base64.b64decode(self._call("GET", self._session + "/screenshot")))

    # ---- Its elements, found by CSS selector ----

    def _find(self, selector):
        return self._post("/element", {"using": "css selector", "value": selector})[ELEMENT]

    def count(self, selector):
        return len(self._post("/elements", {"using": "css selector", "value": selector}))

    def click(self, selector):
        self._post(f"/element/{self._find(selector)}/click")

    def type(self, selector, keys):
        self._post(f"/element/{self._find(selector)}/value", {"text": keys})

    def text(self, selector):
        """The text of the last match as written in the document, or "" without a match."""
        return self.run("return [...document.querySelectorAll(arguments[0])].at(-1)?.textContent ?? ''", selector)

    def visible(self, selector):
        return self.run("return Boolean(document.querySelector(arguments[0])?.checkVisibility())", selector)

    def wait_for(self, condition, what="the page", seconds=15):
        """Waits until `condition()` is true and returns its value; fails with `what` after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s in vain for {what}")
            time.sleep(0.05)
