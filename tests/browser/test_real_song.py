"""Starts the demo that sings Japanese and English: its notes are the written ones, what is no score is refused, and its
piano roll is tried in Chromium.

    test_real_song.py FIRSTLIGHT     (the program; FIRSTLIGHT_HOME is where images stay)
"""

import concurrent.futures
import hashlib
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import wave

import webdriver

try:
    import numpy
except ImportError:
    print("skipped: Debian's python3-numpy is not installed")
    sys.exit(webdriver.SKIPPED)

NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
STAR = [("C4", 1, "ど"), ("C4", 1, "ど"), ("G4", 1, "そ"), ("G4", 1, "そ"), ("A4", 1, "ら"), ("A4", 1, "ら"), ("G4", 2, "そ"),
        ("F4", 1, "ふぁ"), ("F4", 1, "ふぁ"), ("E4", 1, "み"), ("E4", 1, "み"), ("D4", 1, "れ"), ("D4", 1, "れ"), ("C4", 2, "ど")]
SAKURA = [("A4", 1, "さ"), ("A4", 1, "く"), ("B4", 2, "ら"), ("A4", 1, "さ"), ("A4", 1, "く"), ("B4", 2, "ら"), (None, 1, None),
          ("A4", 1, "や"), ("B4", 1, "よ"), ("C5", 1, "い"), ("B4", 1, "の"), ("A4", 2, "そ")]
# Spectra too steep for Sinsy's filter, which roared through them at full scale, and a note that is too loud by itself.
STEEP = [[("A4", 6, "ら"), ("G4", 1, "ー"), ("C5", 1, word)] for word in ("か", "きゃっ", "ティー")] \
    + [[("C4", 1, "り"), ("A4", 6, "け"), ("C5", 2, "しゅ"), ("E4", 1, "ー"), ("B4", 6, "さ"), ("D5", 4, "ほ")]]
TWINKLE = [(note, beats, "la") for note, beats, _ in STAR]
# (language, tempo, key, notes, octaves that the voice sings lower)
SONGS = [("ja", 100, 0, STAR, 0), ("ja", 100, 5, STAR, 0), ("ja", 60, 3, STAR, 0), ("ja", 80, 0, SAKURA, 0), ("en", 100, 0, TWINKLE, 1)]


def request_of(language, tempo, key, notes):
    return {"language": language, "tempo": tempo, "key": key,
            "notes": [{"note": note, "beats": beats, **({"word": word} if note else {})} for note, beats, word in notes]}


def post(address, body, expected=200):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(address + "/api/sing", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=200) as answer:
            status, told = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, told = error.code, error.read()
    assert status in (expected if isinstance(expected, tuple) else (expected,)), (status, str(body)[:200], told[:200])
    return told


def samples_of(sound):
    with wave.open(io.BytesIO(sound)) as opened:
        rate = opened.getframerate()
        return numpy.frombuffer(opened.readframes(opened.getnframes()), numpy.int16).astype(float) / 32768, rate


def hertz(note, key=0, octaves_lower=0):
    letter, sign, octave = re.fullmatch("([A-G])(#|b)?([0-9])", note).groups()
    number = 12 * (int(octave) + 1) + NAMES.index(letter) + {"#": 1, "b": -1, None: 0}[sign] + key - 12 * octaves_lower
    return 440 * 2 ** ((number - 69) / 12)


def pitch(samples, rate, around):
    """Hertz of a steady sound, by autocorrelation, near what is expected; None: it has none."""
    window = samples - samples.mean()
    if len(window) < rate // 20 or numpy.abs(window).max() < 0.005:
        return None
    size = 1 << (2 * len(window) - 1).bit_length()
    power = numpy.abs(numpy.fft.rfft(window * numpy.hanning(len(window)), size)) ** 2
    correlation = numpy.fft.irfft(power)
    least, most = int(rate / (around * 1.5)), int(rate / (around / 1.5))
    lag = least + int(numpy.argmax(correlation[least:most]))
    if correlation[lag] < 0.3 * correlation[0]:
        return None
    a, b, c = correlation[lag - 1:lag + 2]
    return rate / (lag + 0.5 * (a - c) / (a - 2 * b + c))


def check_notes(address):
    good = total = 0
    for language, tempo, key, notes, lower in SONGS:
        samples, rate = samples_of(post(address, request_of(language, tempo, key, notes)))
        beat = 60 / tempo
        wanted_seconds = sum(beats for _, beats, _ in notes) * beat
        assert abs(len(samples) / rate - wanted_seconds) <= 0.1 * wanted_seconds, (language, len(samples) / rate, wanted_seconds)
        at, cents = 0, []
        for note, beats, _ in notes:
            if note:
                wanted = hertz(note, key, lower)
                # The median of short windows in the held part: vibrato goes around the note.
                windows = [samples[int((at + part * beats * beat) * rate):][:int(0.06 * rate)] for part in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)]
                found = [heard for heard in (pitch(window, rate, wanted) for window in windows) if heard]
                cents.append(1200 * numpy.log2(statistics.median(found) / wanted) if found else None)
            at += beats * beat
        right = sum(1 for each in cents if each is not None and abs(each) <= 70)
        good, total = good + right, total + len(cents)
        print(f"{language}, {tempo} beats a minute, key {key}: {right} of {len(cents)} notes within 70 cents:",
              " ".join("-" if each is None else f"{each:.0f}" for each in cents))
    assert good >= 0.9 * total, (good, total)


def check_loudness(address):
    for notes in STEEP:
        samples, _ = samples_of(post(address, request_of("ja", 120, 0, notes)))
        loudest = numpy.abs(samples).max()
        assert 0.05 < loudest < 0.92, (notes, loudest)
        jumps = numpy.abs(numpy.diff(samples)).max()
        assert jumps < 0.5, (notes, jumps)


def check_rests(address):
    rest = (None, 1.5, None)
    for language, word in (("en", "moon"), ("ja", "つ")):
        notes = [rest, ("C4", 1, word), rest, rest, rest, ("G4", 1, word), rest]
        samples, rate = samples_of(post(address, request_of(language, 90, 0, notes)))
        seconds = sum(beats for _, beats, _ in notes) * 60 / 90
        assert abs(len(samples) / rate - seconds) < 0.5, (language, len(samples) / rate, seconds)
        loud = [numpy.abs(samples[int(beat * 60 / 90 * rate):][:rate // 3]).mean() for beat in (0.5, 1.7, 4.0, 7.2)]
        assert max(loud[0], loud[2]) < 0.1 * min(loud[1], loud[3]), (language, loud)


def check_refusals(address):
    note = {"note": "C4", "beats": 1, "word": "la"}
    for change in ({"language": "fr"}, {"tempo": 10}, {"tempo": "fast"}, {"key": 25}, {"key": 1.5}, {"notes": []}, {"notes": "C4"},
                   {"notes": [7]}, {"notes": [{**note, "note": "H4"}]}, {"notes": [{**note, "note": 60}]}, {"notes": [{"beats": 1}]},
                   {"notes": [{**note, "beats": 0}]}, {"notes": [{**note, "beats": 1e9}]}, {"notes": [{**note, "word": ""}]},
                   {"notes": [{**note, "word": "ら"}]}, {"notes": [{**note, "word": "🌅"}]}, {"notes": [{**note, "word": "\u202eא"}]},
                   {"notes": [{**note, "word": "../../etc"}]}, {"notes": [{"note": None, "beats": 1}]}, {"key": 24, "notes": [{**note, "note": "B5"}]},
                   {"language": "ja", "notes": [note]}, {"language": "ja", "notes": [{**note, "word": "漢"}]}, {"language": "ja", "notes": [{**note, "word": "ー"}]},
                   {"language": "ja", "notes": [{**note, "word": "ら"}, {"note": None, "beats": 1}, {**note, "word": "っ"}]}):
        told = json.loads(post(address, {"tempo": 100, "notes": [note], **change}, 400))
        assert told["error"]["message"], change
    assert json.loads(post(address, {"notes": [note] * 201}, 413))["error"]["code"] == "too-long"
    assert json.loads(post(address, {"notes": [note] * 100_000}, 413))["error"]["code"] == "too-large"
    for body in (b"", b"{", b"[]", bytes(1000), "乐谱".encode("gbk")):
        post(address, body, 400)
    song = request_of("ja", 200, 0, STAR[:4])
    with concurrent.futures.ThreadPoolExecutor(50) as pool:  # more than may wait: some are told to come back
        answers = list(pool.map(lambda _: post(address, song, (200, 503)), range(50)))
    assert any(answer.startswith(b"RIFF") for answer in answers)
    assert len({hashlib.sha256(answer).digest() for answer in answers if answer.startswith(b"RIFF")}) == 1, "not the same each time"


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

        def press(key, shift=False):
            browser.run("""document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", {key: arguments[0], shiftKey: arguments[1], bubbles: true, cancelable: true}))""", key, shift)

        notes = "return document.querySelectorAll('#roll .note').length"
        label = "return document.activeElement.ariaLabel"
        browser.open(address + "/")
        browser.click("#samples button")
        wait("return document.querySelector('#result audio')?.duration > 5")
        wait("return document.querySelector('#roll .cursor')")
        assert browser.text("#facts")
        if screenshots:
            browser.screenshot(os.path.join(screenshots, "sing-roll.png"))
        assert browser.run(notes) == 14
        browser.run("document.querySelector('#roll .note').focus()")
        assert "ど, C4, at beat 1, 1 beats" in browser.run(label), browser.run(label)
        for key, shift, said in (("ArrowUp", False, "C#4"), ("ArrowRight", True, "1 beats"), ("ArrowLeft", True, "0.5 beats"),
                                 ("ArrowDown", False, "C4")):
            press(key, shift)
            assert said in browser.run(label), (key, browser.run(label))
        press("Enter")
        assert browser.run("return document.activeElement.id") == "word"
        browser.type("#word", "さ" + webdriver.ENTER)
        assert browser.run("return document.querySelector('#roll .note').textContent") == "さ"
        browser.run("document.querySelector('#roll .note').focus()")
        press("Delete")
        assert browser.run(notes) == 13
        browser.click("#undo")
        assert browser.run(notes) == 14
        # The pointer: a new note behind the last one, moved up a row and made longer.
        browser.run("""
            const roll = document.querySelector("#roll"), box = roll.getBoundingClientRect();
            const beat = 2.75 * parseFloat(getComputedStyle(document.documentElement).fontSize), row = box.height / 29;
            const send = (target, type, x, y) => target.dispatchEvent(
                new PointerEvent(type, {clientX: box.left + x, clientY: box.top + y, bubbles: true, cancelable: true, pointerId: 1}));
            Element.prototype.setPointerCapture = () => {};
            send(roll, "pointerdown", 16.2 * beat, 14.5 * row);
            let note = document.activeElement;
            send(note, "pointerdown", 16.2 * beat, 14.5 * row);
            send(note, "pointermove", 16.2 * beat, 12.5 * row);
            send(note, "pointerup", 16.2 * beat, 12.5 * row);
            note = document.activeElement;
            send(note, "pointerdown", 17 * beat - 4, 12.5 * row);
            send(note, "pointermove", 18 * beat - 4, 12.5 * row);
            send(note, "pointerup", 18 * beat - 4, 12.5 * row);""")
        assert browser.run(notes) == 15
        assert "ら, A4, at beat 17, 2 beats" in browser.run(label), browser.run(label)
        browser.run("document.querySelector('#result').replaceChildren()")
        browser.click("#go")
        wait("return document.querySelector('#result audio')?.duration > 10")
        with tempfile.TemporaryDirectory() as folder:
            def choose(name, content):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content)
                browser.type("#file", os.path.join(folder, name))

            choose("song.json", json.dumps(request_of("en", 90, 2, TWINKLE[:5])).encode())
            wait(notes + " === 5")
            choose("broken.json", b"{")
            wait("return document.querySelector('#status.alarm')?.textContent")
        saved = browser.run("return decodeURIComponent(document.querySelector('#keep').href.split(',').slice(1).join(','))")
        assert json.loads(saved) == request_of("en", 90, 2, TWINKLE[:5]), saved
        unnamed = browser.run("""
            return [...document.querySelectorAll("button, input, select, audio, a[href]")]
                .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
                .map((e) => e.outerHTML)""")
        assert not unnamed, unnamed
        browser.click("#language")
        assert re.search("[一-鿿]", browser.text("h1"))
        problems = [line["message"] for line in browser.console() if line["level"] == "SEVERE"]
        assert not problems, problems


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
        subprocess.run([firstlight, "stop", "sing"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        ready = command("run", "sing", "--variant", "sinsy-packages")["ready"]
        print(f"sing: {ready['secondsToReady']:.1f} s from start to ready")
        check_notes(ready["address"])
        check_loudness(ready["address"])
        check_rests(ready["address"])
        check_refusals(ready["address"])
        with tempfile.TemporaryDirectory() as folder:
            score, song = os.path.join(folder, "song.json"), os.path.join(folder, "song.wav")
            with open(score, "w", encoding="utf-8") as file:
                json.dump(request_of("ja", 120, 0, SAKURA), file)
            command("try", "sing", "--input", score, "--output", song)
            with open(song, "rb") as file:
                assert file.read(4) == b"RIFF"
        check_page(ready["address"], screenshots)
        assert post(ready["address"], request_of("ja", 120, 0, STAR[:2])).startswith(b"RIFF")  # it lives
    finally:
        subprocess.run([firstlight, "stop", "sing"], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main(sys.argv[1])
