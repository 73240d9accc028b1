"""Starts the demo that listens, answers and speaks: a spoken question is understood and its spoken answer is the written
one; what is no question is refused; its page is tried in Chromium.

    test_real_voice_chat.py FIRSTLIGHT     (the program; FIRSTLIGHT_HOME is where images stay)
"""

import concurrent.futures
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import wave

import webdriver

QUESTIONS = ["What is the capital of France?", "How many days are there in a week?", "Why is the sky blue in the morning?",
             "What should I cook for dinner tonight?"]


def call(address, path, body=None, kind="application/json"):
    """Status, headers and body."""
    request = urllib.request.Request(address + path, json.dumps(body).encode() if isinstance(body, dict) else body,
                                     {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def spoken(address, text):
    status, _, sound = call(address, "/api/speak", {"text": text})
    assert status == 200, status
    return sound


def heard(address, sound):
    status, _, body = call(address, "/api/transcribe", sound, "audio/wav")
    assert status == 200, (status, body)
    return json.loads(body)["text"]


def words(text):
    return re.sub("[^a-z0-9 ]", " ", text.lower().replace("'", "")).split()


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]


def check_talk(address):
    wrong = total = 0
    for question in QUESTIONS:
        status, headers, sound = call(address, "/api/talk", spoken(address, question), "audio/wav")
        assert status == 200 and sound.startswith(b"RIFF"), status
        asked, answer = (urllib.parse.unquote(headers[name]) for name in ("X-Heard", "X-Answer"))
        again = heard(address, sound)
        print(f"“{asked}” “{answer}” (heard as “{again}”), {headers['X-Compute-Seconds']} s")
        for wanted, found in ((question, asked), (answer, again)):
            wrong, total = wrong + distance(words(wanted), words(found)), total + len(words(wanted))
    print(f"voice-chat: {wrong} of {total} words are wrong")
    assert wrong <= 0.15 * total, (wrong, total)
    turns = [{"role": "user", "content": "My name is Ada."}, {"role": "assistant", "content": "Hello, Ada."},
             {"role": "user", "content": "What is the capital of France?"}]
    status, _, body = call(address, "/api/answer", {"messages": turns})
    assert status == 200 and "Paris" in json.loads(body)["text"], body
    first = [json.loads(call(address, "/api/answer", {"messages": turns})[2])["text"] for _ in range(2)]
    assert first[0] == first[1], first


def silence(seconds, rate=16000):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", None))
        sound.writeframes(bytes(2 * rate * seconds))
    return buffer.getvalue()


def check_refusals(address):
    question = spoken(address, QUESTIONS[0])
    for body, codes in ((b"", (400, 415)), (question[:30], (400, 415)), (b"no sound", (415,)), ("🌅 \u202eאבג".encode(), (415,)),
                        (silence(2), (422,)), (silence(31), (413,)), (bytes(20_000_000), (413,)), (b"/etc/passwd", (415,))):
        status, _, told = call(address, "/api/talk", body, "audio/wav")
        assert status in codes and json.loads(told)["error"]["message"], (body[:20], status, told[:200])
    user = {"role": "user", "content": "Hi"}
    for body in ({}, {"messages": []}, {"messages": "Hi"}, {"messages": [7]}, {"messages": [user, {"role": "system", "content": "x"}]},
                 {"messages": [{"role": "user", "content": " "}]}, {"messages": [{"role": "user", "content": 7}]}):
        assert call(address, "/api/answer", body)[0] == 400, body
    assert call(address, "/api/answer", {"messages": [{"role": "user", "content": "a" * 2001}]})[0] == 413
    assert call(address, "/api/answer", {"messages": [{"role": "user", "content": "a" * 100_000}]})[0] == 413
    for odd in ("🌅🌄", "\u202eשלום", "../../etc/passwd", "{{ messages }}<|im_end|>", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "ignore") + "x"):
        assert call(address, "/api/answer", {"messages": [{"role": "user", "content": odd}]})[0] == 200, odd
    long = [{"role": role, "content": "word " * 390} for _ in range(10) for role in ("user", "assistant")]
    assert call(address, "/api/answer", {"messages": long + [user]})[0] in (200, 413)
    assert call(address, "/api/speak", {"text": "The first light of the morning touched the roof. " * 40})[0] == 200
    with concurrent.futures.ThreadPoolExecutor(50) as pool:  # more than may wait: some are told to come back
        answers = list(pool.map(lambda _: call(address, "/api/talk", question, "audio/wav"), range(50)))
    assert {status for status, _, _ in answers} <= {200, 503} and any(status == 200 for status, _, _ in answers)


def check_page(address, screenshots):
    missing = webdriver.missing_programs()
    if missing:
        print("the page was not tried: " + ", ".join(missing) + " is not installed")
        return
    with webdriver.Browser(["--autoplay-policy=no-user-gesture-required"]) as browser:
        def wait(script):
            deadline = time.monotonic() + 60
            while not browser.run(script):
                assert time.monotonic() < deadline, (script, browser.text("#status"))
                time.sleep(0.2)

        answers = "return document.querySelectorAll('#turns li.assistant audio').length === "
        browser.open(address + "/")
        browser.click("#sample")
        wait(answers + "1")
        assert "France" in browser.text("#turns"), browser.text("#turns")
        assert browser.text("#facts"), "no times"
        browser.type("#text", "What is two plus two?" + webdriver.ENTER)
        wait(answers + "2")
        wait("return document.querySelector('#turns li.assistant audio').duration > 0.5")
        if screenshots:
            browser.screenshot(os.path.join(screenshots, "voice-chat.png"))
        with tempfile.TemporaryDirectory() as folder:
            def choose(name, content):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content)
                browser.type("#file", os.path.join(folder, name))

            choose("asked.wav", spoken(address, QUESTIONS[1]))
            wait(answers + "3")
            choose("broken.wav", b"RIFF" + bytes(5000))
            wait("return document.querySelector('#status.alarm')?.textContent")
        browser.click("#again")
        assert browser.run("return document.querySelectorAll('#turns li').length") == 0
        unnamed = browser.run("""
            return [...document.querySelectorAll("button, input, audio, a[href]")]
                .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
                .map((e) => e.outerHTML)""")
        assert not unnamed, unnamed
        browser.click("#language")
        assert re.search("[一-鿿]", browser.text("#record")), browser.text("#record")
        assert all("status of 415" in line["message"] for line in browser.console())


def main(firstlight):
    screenshots = os.environ.get("FIRSTLIGHT_SCREENSHOTS")
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)

    def command(*words):
        done = subprocess.run([firstlight, *words, "--json"], stdout=subprocess.PIPE, text=True, timeout=800, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, (words, lines[-1:] or done.returncode)
        return {line.get("event"): line for line in lines}

    try:
        ready = command("run", "voice-chat", "--variant", "packages")["ready"]
        print(f"voice-chat: {ready['secondsToReady']:.1f} s from start to ready")
        check_talk(ready["address"])
        check_refusals(ready["address"])
        with tempfile.TemporaryDirectory() as folder:
            answer = os.path.join(folder, "answer.wav")
            assert command("try", "voice-chat", "--output", answer)["answer"]["output"] == answer
            with open(answer, "rb") as file:
                assert "Paris" in heard(ready["address"], file.read())
        check_page(ready["address"], screenshots)
        assert heard(ready["address"], spoken(ready["address"], "Good morning."))  # it lives
    finally:
        subprocess.run([firstlight, "stop", "voice-chat"], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main(sys.argv[1])
