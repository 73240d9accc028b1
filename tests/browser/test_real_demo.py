#!/usr/bin/env python3
"""Asks a running chat demo a question through its page in a real browser, and waits for a real model's answer.

    tests/browser/test_real_demo.py ADDRESS        for example http://127.0.0.1:8080/

    tests/browser/test_real_demo.py --start PROGRAM   starts chat with that `firstlight` first, and stops it again

The address may also come from FIRSTLIGHT_DEMO_ADDRESS. --start needs podman and the package registries, once.
A picture of the answer goes to FIRSTLIGHT_SCREENSHOTS (default: a new folder for temporary files).
Exit status: 0 passed, 1 failed, 77 skipped (no address given, or chromium or chromedriver is not installed).
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

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


def complete(address):
    """One answer through the interface for programs, or AssertionError."""
    question = {"messages": [{"role": "user", "content": QUESTION}], "max_tokens": 24}
    request = urllib.request.Request(address + "/v1/chat/completions", json.dumps(question).encode(),
                                     {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SECONDS_TO_ANSWER) as response:
        answer = json.load(response)["choices"][0]["message"]["content"].strip()
    assert answer, "the answer of /v1/chat/completions is empty"


class Skipped(Exception):
    """The demo cannot run on this computer; the text says why."""


@contextlib.contextmanager
def running_chat(program):
    """The address of a chat that was started with `firstlight run chat`; it is stopped and gone after the block."""
    run = subprocess.run([program, "run", "chat", "--json"], capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    last = next((line for line in lines if line.get("event") == "ready"), lines[-1] if lines else {})
    if run.returncode == 3 or last.get("code") in ("download-failed", "registry-not-configured", "registry-client-missing"):
        raise Skipped(last.get("message"))
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    try:
        broken = [proof for proof in last["proofs"] if not proof["kept"]]
        assert not broken, broken
        threads = [proof["found"] for proof in last["proofs"] if proof["what"] == "threads"]
        planned = next(line["plan"]["threads"] for line in lines if line.get("event") == "plan")
        assert threads in ([], [str(planned)]), (threads, planned)
        yield last["address"]
    finally:
        subprocess.run([program, "stop", "chat"], check=True, stdout=subprocess.DEVNULL)
    left = subprocess.run([program, "ps", "--json"], capture_output=True, text=True, check=True).stdout
    # Podman mounts its storage onto itself, and nobody could remove the folder of this build any more.
    storage = os.path.join(os.environ.get("FIRSTLIGHT_HOME", "/nowhere"), "containers/storage/overlay")
    while os.path.ismount(storage) and subprocess.run(["umount", "--lazy", storage], check=False).returncode == 0:
        pass  # once for each service that has run
    assert not left.strip(), left


def main(arguments):
    if arguments[:1] == ["--start"]:
        try:
            with running_chat(arguments[1]) as address:
                complete(address)
                return main([address])
        except Skipped as reason:
            print("skipped:", reason)
            return SKIPPED
        except AssertionError as error:
            print(f"failed: {error}")
            return 1
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
