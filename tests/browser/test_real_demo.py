#!/usr/bin/env python3
"""Asks a running chat demo a question through its page in a real browser, and waits for a real model's answer.

    tests/browser/test_real_demo.py ADDRESS        for example http://127.0.0.1:8080/

The address may also come from FIRSTLIGHT_DEMO_ADDRESS.
A picture of the answer goes to FIRSTLIGHT_SCREENSHOTS (default: a new folder for temporary files).
Exit status: 0 passed, 1 failed, 77 skipped (no address given, or chromium or chromedriver is not installed).
"""

import os
import sys
import tempfile

from webdriver import ENTER, SKIPPED, Browser, WebDriverError, missing_programs

QUESTION = "What is the sun? Answer in one short sentence."
SECONDS_TO_ANSWER = 180  # a slow computer may need minutes for its first answer


def ask(address, picture):
    """Returns (model, answer, speed), or raises AssertionError with what the page says."""
    with Browser() as browser:
        browser.open(address)
        try:
            browser.wait_for(lambda: browser.count("#language:not(:empty)"), "the page", SECONDS_TO_ANSWER)
            browser.type("#question", QUESTION + ENTER)
            browser.wait_for(lambda: browser.count(".answer:not(.writing)"), "the answer", SECONDS_TO_ANSWER)
        finally:
            browser.screenshot(picture)
        problem = browser.text(".error") or (browser.visible("#banner") and browser.text("#banner"))
        assert not problem, problem
        answer = browser.text(".answer .words").strip()
        assert answer, "the answer is empty"
        # A server that is still loading refuses requests ("network"); that is no fault of the page.
        errors = [entry["message"] for entry in browser.console()
                  if entry["level"] == "SEVERE" and entry["source"] != "network"]
        assert not errors, errors
        return browser.text("#model"), answer, browser.text(".speed")


def main(arguments):
    address = arguments[0] if arguments else os.environ.get("FIRSTLIGHT_DEMO_ADDRESS")
    reason = "not installed: " + ", ".join(missing_programs()) if missing_programs() else None
    if not address:
        reason = "no address of a running demo was given"
    if reason:
        print("skipped:", reason)
        return SKIPPED
    directory = os.environ.get("FIRSTLIGHT_SCREENSHOTS") or tempfile.mkdtemp(prefix="firstlight-screenshots-")
    os.makedirs(directory, exist_ok=True)
    picture = os.path.join(directory, "real-demo.png")
    try:
        model, answer, speed = ask(address, picture)
    except (AssertionError, WebDriverError) as error:
        print(f"failed: {error}\npicture: {picture}")
        return 1
    print(f"model:   {model or 'not told'}\nanswer:  {answer}\nspeed:   {speed or 'not measured'}\npicture: {picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
