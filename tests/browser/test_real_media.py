"""Starts the demos that are built from packages alone and judges what they make: speech that is understood again,
pictures that are sharper than stretched ones, songs whose notes are the written ones; and their pages, in Chromium.

    test_real_media.py FIRSTLIGHT     (the program; FIRSTLIGHT_HOME is where images stay)
"""

import array
import base64
import concurrent.futures
import io
import json
import math
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import wave
import zlib

import webdriver

SENTENCES = [
    "We walked along the river until the rain began to fall.",
    "The children built a castle out of sand and stones.",
    "Please bring two cups of water and a clean towel.",
    "She opened the window and listened to the birds.",
    "My brother works in a small shop near the station.",
    "The train leaves at seven and arrives before noon.",
    "They planted apple trees behind the old school.",
    "It takes an hour to climb to the top of the hill.",
    "The doctor asked him to rest for three days.",
    "A cold wind came down from the mountains at night.",
    "He forgot his keys and had to wait outside.",
    "The soup needs more salt and a little pepper.",
    "Our neighbour plays the piano every evening.",
    "The library is closed on the first day of May.",
    "You can see the lighthouse from the beach.",
    "The farmer sold his horses and bought a tractor.",
    "Everyone laughed when the dog stole the bread.",
    "The teacher wrote the answer on the board.",
    "We will meet again in front of the museum.",
    "The first light of the morning touched the roof.",
]


def call(firstlight, *arguments):
    """The JSON lines of one command; an error of it ends the test."""
    done = subprocess.run([firstlight, *arguments, "--json"], stdout=subprocess.PIPE, text=True, timeout=800, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)}: {lines[-1] if lines else done.returncode}")
    return lines


def post(address, body, expected=200):
    """Answer's body and headers; a busy or loading server is asked again."""
    for _ in range(60):
        try:
            with urllib.request.urlopen(urllib.request.Request(address, body), timeout=300) as answer:
                status, content, headers = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, content, headers = error.code, error.read(), error.headers
        if status != 503:
            break
        time.sleep(2)
    assert status == expected, f"{address}: {status} instead of {expected}: {content[:200]}"
    if status != 200:
        assert json.loads(content)["error"]["message"], content
    return content, headers


# ---- Speech ----

def words(text):
    return re.sub(r"[^a-z ]", "", text.lower().replace("-", " ")).split()


def distance(a, b):
    """Edits from one list of words to the other."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (left != right))
    return row[-1]


def say(speak, text, expected=200, **wish):
    return post(speak + "/api/speak", json.dumps({"text": text, **wish}).encode(), expected)


def check_understood(speak, listen, voice):
    wrong = said = 0
    spoken = synthesis = recognition = 0.0
    for sentence in SENTENCES:
        sound, headers = say(speak, sentence, voice=voice)
        heard = json.loads(post(listen + "/api/transcribe", sound)[0])
        errors = distance(words(sentence), words(heard["text"]))
        if errors:
            print(f"  said:  {sentence}\n  heard: {heard['text']}")
        wrong, said = wrong + errors, said + len(words(sentence))
        spoken += float(headers["X-Audio-Seconds"])
        synthesis += float(headers["X-Compute-Seconds"])
        recognition += heard["computeSeconds"]
    print(f"{voice}: word error rate {wrong / said:.3f} ({wrong} of {said} words); "
          f"times real time: speak {spoken / synthesis:.1f}, listen {spoken / recognition:.1f}")
    assert wrong / said <= 0.15


def check_speech(speak, listen):
    with urllib.request.urlopen(speak + "/api/voices") as answer:
        voices = [each["id"] for each in json.load(answer)["voices"]]
    assert sorted(voices) == ["heart", "joe"], voices
    for voice in voices:
        check_understood(speak, listen, voice)
        fast, slow = (float(say(speak, SENTENCES[0], voice=voice, speed=speed)[1]["X-Audio-Seconds"]) for speed in (2, 0.5))
        assert slow > 2 * fast, (voice, slow, fast)
    sound = say(speak, SENTENCES[0])[0]
    assert sound == say(speak, SENTENCES[0], voice=voices[0])[0], "the first voice says the same thing in another way"
    for wish in ({"voice": "nobody"}, {"voice": ["joe"]}, {"speed": 3}, {"speed": "fast"}, {"speed": True}):
        say(speak, "hi", 400, **wish)

    for text in ("", "   ", "...", "🙂🙂", None, 5):
        body = json.dumps({"text": text}).encode()
        post(speak + "/api/speak", body, 422 if text in ("...", "🙂🙂") else 400)
    post(speak + "/api/speak", json.dumps({"text": "long " * 1000}).encode(), 413)
    post(speak + "/api/speak", b"not JSON", 400)
    post(speak + "/api/speak", json.dumps({"text": "مرحبا 你好 hello"}).encode())  # what it cannot say is left out
    for body, status in ((b"", 415), (b"RIFF", 415), (b"\xff" * 5000, 415), (sound[:44], 400)):
        post(listen + "/api/transcribe", body, status)
    post(listen + "/api/transcribe", sound[:len(sound) // 2 + 1])  # cut off within a sample

    # What took so much memory in one piece that the container was killed.
    headers = post(speak + "/api/speak", json.dumps({"text": "word " * 400}).encode())[1]
    assert float(headers["X-Audio-Seconds"]) > 40, headers["X-Audio-Seconds"]
    heard = json.loads(post(listen + "/api/transcribe", recording(179, 192000, 1))[0])
    assert abs(heard["audioSeconds"] - 179) < 0.1, heard
    # Far larger than what is taken: the answer comes all the same, and says so.
    post(speak + "/api/speak", bytes(5_000_000), 413)
    post(listen + "/api/transcribe", bytes(60_000_000), 413)
    post(speak + "/api/speak", b'{"text": "a half \\ud800 character"}')
    request = urllib.request.Request(speak + "/api/speak", b'{"text": "hi"}', {"Sec-Fetch-Site": "cross-site"})
    try:
        raise AssertionError(f"another site's page was served: {urllib.request.urlopen(request).status}")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error.code


def recording(seconds, rate, width):
    """Silence as a mono WAV; width in bytes."""
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setparams((1, width, rate, 0, "NONE", None))
        sound.writeframes((b"\x80" if width == 1 else bytes(width)) * (seconds * rate))
    return content.getvalue()


# ---- Pictures: PNG by hand, so that nothing but Python is needed ----

def png(rows):
    """8-bit grey rows as an RGB PNG."""
    height, width = len(rows), len(rows[0])
    raw = b"".join(b"\0" + bytes(v for value in row for v in (value, value, value)) for row in rows)
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def pixels(data):
    """Grey rows of an RGB PNG without interlacing."""
    width, height = struct.unpack(">II", data[16:24])
    assert data[24:26] == b"\x08\x02", "not 8-bit RGB"
    body, at = b"", 8
    while at < len(data):
        length = struct.unpack(">I", data[at:at + 4])[0]
        if data[at + 4:at + 8] == b"IDAT":
            body += data[at + 8:at + 8 + length]
        at += 12 + length
    raw, rows, above = zlib.decompress(body), [], bytearray(3 * width)
    for y in range(height):
        start = y * (3 * width + 1)
        kind, line = raw[start], bytearray(raw[start + 1:start + 1 + 3 * width])
        for x in range(3 * width):
            left, up, corner = (line[x - 3] if x >= 3 else 0), above[x], (above[x - 3] if x >= 3 else 0)
            if kind == 4:
                p = left + up - corner
                guess = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))[2]
            else:
                guess = (0, left, up, (left + up) // 2)[kind]
            line[x] = (line[x] + guess) & 255
        rows.append([(line[3 * x] + line[3 * x + 1] + line[3 * x + 2]) // 3 for x in range(width)])
        above = line
    return rows


def cubic(small):
    """Four times as large by Catmull-Rom interpolation, as picture programs do."""
    def weights(t):
        return (-t / 2 + t * t - t ** 3 / 2, 1 - 2.5 * t * t + 1.5 * t ** 3, t / 2 + 2 * t * t - 1.5 * t ** 3,
                -t * t / 2 + t ** 3 / 2)

    def stretched(line):
        result = []
        for x in range(4 * len(line)):
            at = (x + 0.5) / 4 - 0.5
            base = math.floor(at)
            result.append(sum(w * line[min(max(base - 1 + i, 0), len(line) - 1)] for i, w in enumerate(weights(at - base))))
        return result

    wide = [stretched(row) for row in small]
    columns = [stretched(column) for column in zip(*wide)]
    return [[min(255, max(0, value)) for value in row] for row in zip(*columns)]


def psnr(a, b):
    error = sum((x - y) ** 2 for p, q in zip(a, b) for x, y in zip(p, q)) / (len(a) * len(a[0]))
    return 99.0 if error == 0 else 10 * math.log10(255 ** 2 / error)


def drawings():
    """Pictures with hard edges, where stretching blurs: 96 by 96, made of areas so that a quarter of it is exact."""
    size, fine = 96, 4
    shapes = {
        "disc": lambda x, y: 30 if (x - 48) ** 2 + (y - 48) ** 2 < 32 ** 2 else 230,
        "ring": lambda x, y: 230 if 20 ** 2 < (x - 48) ** 2 + (y - 44) ** 2 < 34 ** 2 else 40,
        "stripes": lambda x, y: 225 if (x + 0.6 * y) % 28 < 14 else 35,
        "house": lambda x, y: 50 if (y > 50 and 20 < x < 76) or (20 < y <= 50 and abs(x - 48) < y - 14) else 215,
        "cross": lambda x, y: 40 if abs(x - y) < 9 or abs(x + y - 96) < 9 else 220,
    }
    for name, shape in shapes.items():
        yield name, [[round(sum(shape(x + (i + 0.5) / fine, y + (j + 0.5) / fine) for i in range(fine) for j in range(fine))
                            / fine ** 2) for x in range(size)] for y in range(size)]


def check_pictures(upscale):
    better = 0
    for name, large in drawings():
        small = [[round(sum(large[4 * y + j][4 * x + i] for i in range(4) for j in range(4)) / 16) for x in range(24)]
                 for y in range(24)]
        content, headers = post(upscale + "/api/upscale", png(small))
        ours, theirs = psnr(pixels(content), large), psnr(cubic(small), large)
        print(f"{name}: {ours:.1f} dB, bicubic {theirs:.1f} dB, {headers['X-Compute-Seconds']} s")
        better += ours > theirs
    assert better == 5, "not sharper than stretching"
    fast, headers = post(upscale + "/api/upscale", png([[128] * 160] * 120))
    assert headers["X-Size"] == "640x480" and len(pixels(fast)) == 480
    print(f"seconds a picture, 160×120 to 640×480: {headers['X-Compute-Seconds']}")

    cut = png(next(drawings())[1])
    bomb = bytearray(png([[0] * 8] * 8))
    bomb[16:24] = struct.pack(">II", 20000, 20000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    for body, status in ((b"", 400), (b"\x89PNG", 415), (cut[:len(cut) // 2], 415), (bytes(bomb), 413)):
        post(upscale + "/api/upscale", body, status)
    post(upscale + "/api/upscale?model=none", png([[9] * 8] * 8), 400)


# ---- Songs ----

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def hertz(note):
    sign = {"#": 1, "b": -1}.get(note[1], 0)
    return 440 * 2 ** ((STEPS[note[0]] + sign - 9) / 12 + int(note[-1]) - 4)


def pitch(samples, rate):
    """The period that repeats best, by autocorrelation, from 60 to 500 Hz."""
    mean = sum(samples) / len(samples)
    samples = [value - mean for value in samples]
    half = len(samples) // 2
    scores = {}
    for lag in range(rate // 500, rate // 60):
        scores[lag] = sum(samples[i] * samples[i + lag] for i in range(0, half, 2))
    peak = max(scores.values())
    for lag in sorted(scores):  # the shortest that is nearly as good: multiples repeat too
        if scores[lag] > 0.85 * peak and scores[lag] >= scores.get(lag - 1, 0) and scores[lag] >= scores.get(lag + 1, 0):
            left, middle, right = scores.get(lag - 1, 0), scores[lag], scores.get(lag + 1, 0)
            bend = left - 2 * middle + right
            return rate / (lag + ((left - right) / (2 * bend) if bend else 0))
    return rate / max(scores, key=scores.get)


def check_song(sing):
    notes = [(name, 2, "la") for name in ("C4", "D4", "E4", "F4", "G4", "A4", "G4", "Eb4", "C4", "F#4")]
    body = {"tempo": 100, "notes": [dict(zip(("note", "beats", "word"), note)) for note in notes]}
    content, headers = post(sing + "/api/sing", json.dumps(body).encode())
    with wave.open(io.BytesIO(content)) as sound:
        rate = sound.getframerate()
        samples = array.array("h", sound.readframes(sound.getnframes()))
    seconds, wanted = len(samples) / rate, sum(note[1] for note in notes) * 60 / 100
    near = 0
    for number, (name, beats, _) in enumerate(notes):
        middle = int((number + 0.6) * seconds / len(notes) * rate)
        found = pitch(samples[middle:middle + 2048], rate)
        cents = 1200 * math.log2(found / hertz(name))
        cents -= 1200 * round(cents / 1200)  # the voice sings an octave lower
        near += abs(cents) <= 70
        print(f"{name}: {found:.1f} Hz, {cents:+.0f} cents")
    print(f"{seconds:.1f} s for {wanted:.1f} s, {seconds / float(headers['X-Compute-Seconds']):.0f} × real time")
    assert near >= 0.9 * len(notes)
    assert abs(seconds - wanted) <= 0.1 * wanted

    for notes_, status in (([], 400), ([{}], 400), ([{"note": "H4", "beats": 1, "word": "la"}], 400),
                           ([{"note": "C4", "beats": 1, "word": "<PITCH>"}], 400),
                           ([{"note": "C4", "beats": 1e9, "word": "la"}], 400),
                           ([{"note": "C4", "beats": 1, "word": "la"}] * 1000, 413)):
        post(sing + "/api/sing", json.dumps({"tempo": 100, "notes": notes_}).encode(), status)


# ---- Whatever people send ----

def at_once(address, bodies):
    """How many were answered, and how many told to come back; any other answer ends the test."""
    def one(body):
        try:
            with urllib.request.urlopen(urllib.request.Request(address, body), timeout=300) as answer:
                return answer.status, len(answer.read()) > 0
        except urllib.error.HTTPError as error:
            return error.code, bool(json.loads(error.read())["error"]["message"])

    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(one, bodies))
    assert all(status in (200, 503) and body for status, body in answers), answers
    return sum(status == 200 for status, _ in answers), sum(status == 503 for status, _ in answers)


def check_hostile_texts(speak):
    """Each is spoken, or refused in words, within seconds: no text keeps the engine busy for minutes."""
    texts = {"one word": "a" * 2000, "hyphens": "a-" * 1000, "digits": "1" * 2000, "numbers": "1 " * 1000, "emoji": "🌅" * 500,
             "right to left": "שלום עולם \u202e" * 50, "Chinese": "你好" * 500, "links": "[x](/y/)" * 200, "brackets": "[" * 2000,
             "quotes": "\"'" * 1000, "dots": ". " * 1000, "marks": "!?,;:" * 400, "addresses": "http://a.b/" * 150,
             "money": "$1.50 " * 300, "control": "a\0b\x1b[31m", "path": "../../etc/passwd", "dates": "10/12/2019 " * 180,
             "accents": "e\u0301" * 900, "XML": "<speak><audio src='file:///etc/passwd'/></speak>"}
    for voice in ("heart", "joe"):
        for name, text in texts.items():
            began = time.monotonic()
            body = json.dumps({"text": text, "voice": voice}).encode()
            try:
                with urllib.request.urlopen(urllib.request.Request(speak + "/api/speak", body), timeout=120) as answer:
                    assert answer.read(4) == b"RIFF", name
            except urllib.error.HTTPError as error:
                assert error.code in (413, 422), (name, error.code)
                assert json.loads(error.read())["error"]["message"], name
            assert time.monotonic() - began < 100, f"{voice}, {name}: {time.monotonic() - began:.0f} s"
    say(speak, "x" * 60_000, 413)
    say(speak, "x" * 100_000, 413)


def silent_clients(address):
    """Connections that say nothing, or half a request: others are served meanwhile."""
    host, port = address.removeprefix("http://").strip("/").split(":")
    clients = [socket.create_connection((host, int(port)), timeout=10) for _ in range(20)]
    for client in clients[::2]:
        client.sendall(b"POST /api/speak HTTP/1.1\r\nHost: demo\r\nContent-Length: 1000\r\n\r\n{")
    return clients


def peak_memory(process):
    """Bytes: the most that it ever had resident."""
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def check_hostile(addresses, processes):
    check_hostile_texts(addresses["speak"])
    picture, sound = png([[128] * 64] * 64), say(addresses["speak"], SENTENCES[0])[0]
    for name, path, wrong in (("listen", "/api/transcribe", picture), ("upscale", "/api/upscale", sound)):
        for body, statuses in ((b"", (400, 415)), (wrong, (400, 415)), (b"../../etc/passwd", (415,)), (os.urandom(100_000), (415,)),
                               ((picture if name == "upscale" else sound)[:42], (400, 415))):
            status = None
            try:
                urllib.request.urlopen(urllib.request.Request(addresses[name] + path, body), timeout=60)
            except urllib.error.HTTPError as error:
                status = error.code
                assert json.loads(error.read())["error"]["message"], (name, body[:20])
            assert status in statuses, (name, body[:20], status)
    held = [client for demo in ("speak", "listen", "upscale") for client in silent_clients(addresses[demo])]
    for name, path, body in (("speak", "/api/speak", json.dumps({"text": SENTENCES[0]}).encode()),
                             ("listen", "/api/transcribe", sound), ("upscale", "/api/upscale", picture)):
        answered, sent_away = at_once(addresses[name] + path, [body] * 50)
        print(f"{name}: of 50 clients at once {answered} are answered, {sent_away} are told to come back")
        assert answered >= 5, (name, answered)
    for client in held:
        client.close()
    peaks = {demo: peak_memory(process) for demo, process in processes.items()}
    print("at most: " + ", ".join(f"{demo} {peak / 1e6:.0f} MB" for demo, peak in peaks.items()))
    assert max(peaks.values()) < 1_200_000_000, peaks


# ---- Pages ----

def check_typed(browser, wait):
    """A text of one's own is spoken, can be heard and saved; an empty one gives a sentence."""
    browser.run("document.querySelector('#text').value = ''; document.querySelector('#result').replaceChildren()")
    browser.type("#text", "I typed this myself.")
    browser.click("#go")
    wait("speak", "return document.querySelector('audio')?.duration > 0.5")
    assert browser.run("return document.querySelector('a[download]').download").endswith(".wav")
    browser.run("document.querySelector('#text').value = ''")
    browser.click("#go")
    wait("speak", "return document.querySelector('#status.alarm')?.textContent")
    # Chromium itself notes each refused request.
    assert all("status of 400" in line["message"] for line in browser.console())


def check_uploads(browser, wait, speak, screenshots):
    """A file that the person chose is written down; one that is no sound gives a sentence, and so does a huge one."""
    browser.run("document.querySelector('#file').focus()")
    assert browser.run("return document.activeElement.id") == "file", "not reached by keyboard"
    with tempfile.TemporaryDirectory() as folder:
        def choose(name, content):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(content)
            browser.run("document.querySelector('#result').replaceChildren()")
            browser.type("#file", path)

        choose("said.wav", post(speak + "/api/speak", json.dumps({"text": SENTENCES[-1]}).encode())[0])
        wait("listen", "return document.querySelector('#facts')?.textContent")
        errors = distance(words(SENTENCES[-1]), words(browser.text("#text")))
        assert errors <= 4, browser.text("#text")
        choose("broken.wav", b"RIFF" + bytes(5000))
        wait("listen", "return document.querySelector('#status.alarm')?.textContent.includes('WAV')")
        choose("huge.wav", bytes(60_000_000))
        wait("listen", "return document.querySelector('#status.alarm')?.textContent.includes('MB')")
        if screenshots:
            browser.screenshot(os.path.join(screenshots, "listen-too-large.png"))
    assert all(re.search("status of 41[35]", line["message"]) for line in browser.console())


def check_cancel(browser, wait, demo, button):
    """The button ends the work at once, in words, and the next one is done all the same."""
    browser.run("""
        const cancel = document.querySelector("#cancel");
        const watch = new MutationObserver(() => {
            if (cancel.hidden) return;
            watch.disconnect();
            cancel.click();
        });
        watch.observe(cancel, {attributes: true});
        document.querySelector(arguments[0]).click();""", button)
    wait(demo, "return /Cancelled/.test(document.querySelector('#status').textContent)")
    assert browser.run("return document.querySelector('#cancel').hidden")


def check_dropped(browser, wait, demo, content, name, kind):
    """A file that is dropped on the page is taken like a chosen one."""
    browser.run("""
        document.querySelector("#result").replaceChildren();
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0))], arguments[1], {type: arguments[2]}));
        document.querySelector("#drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));""",
                base64.b64encode(content).decode(), name, kind)
    wait(demo, "return document.querySelector('#result a[download]')")


def check_command_line(firstlight):
    """The same without a page: words to a sound, the sound to words, a picture to a larger one."""
    with tempfile.TemporaryDirectory() as folder:
        said, small, large = (os.path.join(folder, name) for name in ("said.wav", "small.png", "large.png"))
        call(firstlight, "try", "speak", *SENTENCES[0].split(), "--output", said)
        heard = call(firstlight, "try", "listen", "--input", said)[0]["text"]
        assert distance(words(SENTENCES[0]), words(heard)) <= 2, heard
        with open(small, "wb") as file:
            file.write(png([[128] * 160] * 120))
        call(firstlight, "try", "upscale", "--input", small, "--output", large)
        with open(large, "rb") as file:
            assert file.read(4) == b"\x89PNG"
        refused = subprocess.run([firstlight, "try", "speak", "--input", small, "--output", said], check=False,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert refused.returncode in (1, 2) and refused.stderr, refused


def check_pages(addresses):
    screenshots = os.environ.get("FIRSTLIGHT_SCREENSHOTS")
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)
    with webdriver.Browser(["--autoplay-policy=no-user-gesture-required"]) as browser:
        def wait(demo, script):
            deadline = time.monotonic() + 120
            while not browser.run(script):
                assert time.monotonic() < deadline, f"{demo}: {browser.text('#status')}"
                time.sleep(0.25)

        for demo, button in (("speak", "#go"), ("listen", "#sample"), ("upscale", "#sample"), ("sing", "#go")):
            browser.open(addresses[demo] + "/")
            browser.run("document.querySelector(arguments[0]).click()", button)
            wait(demo, "return document.querySelector('#facts')?.textContent ?? ''")
            if screenshots:
                browser.screenshot(os.path.join(screenshots, demo + ".png"))
            if demo == "speak":
                check_typed(browser, wait)
            check_cancel(browser, wait, demo, button)
            if demo == "listen":
                check_dropped(browser, wait, demo, say(addresses["speak"], SENTENCES[0])[0], "said.wav", "audio/wav")
                check_uploads(browser, wait, addresses["speak"], screenshots)
            if demo == "upscale":
                check_dropped(browser, wait, demo, png([[128] * 64] * 64), "grey.png", "image/png")
            hidden = browser.run("""
                return [...document.querySelectorAll("button, input, select, textarea, a[href]")]
                    .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
                    .map((e) => e.outerHTML)""")
            assert not hidden, f"{demo}: no name for {hidden}"
            problems = [line["message"] for line in browser.console() if line["level"] == "SEVERE"]
            assert not problems, problems
            browser.run("document.querySelector('#language').click()")
            assert re.search("[一-鿿]", browser.text("h1")), browser.text("h1")
            assert browser.run("return document.documentElement.lang") == "zh-CN", demo


def main(firstlight):
    addresses, processes = {}, {}
    try:
        for demo, variant in (("speak", "piper-packages"), ("listen", "moonshine-packages"),
                              ("upscale", "ncnn-packages"), ("sing", "festival-packages")):
            lines = {line.get("event"): line for line in call(firstlight, "run", demo, "--variant", variant)}
            ready = lines["ready"]
            addresses[demo] = ready["address"]
            measured = lines["measured"]
            processes[demo] = measured["process"]
            assert measured["unitsPerSecond"] > 0 and measured["memoryBytes"] > 10_000_000, measured
            print(f"{demo}: {ready['secondsToReady']:.1f} s from start to ready")
        check_speech(addresses["speak"], addresses["listen"])
        check_command_line(firstlight)
        check_pictures(addresses["upscale"])
        check_song(addresses["sing"])
        check_hostile(addresses, processes)
        missing = webdriver.missing_programs()
        if missing:
            print("the pages were not tried: " + ", ".join(missing) + " is not installed")
        else:
            check_pages(addresses)
        running = {line["demo"] for line in call(firstlight, "ps") if line["state"] == "ready"}
        assert running == set(addresses), f"died: {set(addresses) - running}"
    finally:
        for demo in addresses:
            subprocess.run([firstlight, "stop", demo], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main(sys.argv[1])
