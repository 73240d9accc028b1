"""Starts the demo that reads text in pictures, judges it on rendered Chinese and English, throws what is no picture at
it, and tries its page in Chromium.

    test_real_ocr.py FIRSTLIGHT     (the program; FIRSTLIGHT_HOME is where images stay)
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
import urllib.request

import webdriver

try:
    from PIL import Image, ImageDraw, ImageFont
except ImportError:
    print("skipped: Debian's python3-pil is not installed")
    sys.exit(webdriver.SKIPPED)

FONTS = {"chinese": "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "english": "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"}
PAGES = [
    ("chinese", ["天刚刚亮，渔船已经离开港口。", "请在星期五之前交回表格。", "今天的气温是二十三度，有微风。",
                 "图书馆在邮局的对面，步行五分钟。", "他每天早上喝一杯不加糖的咖啡。"]),
    ("chinese", ["列车将于上午九点到达北京南站", "本店营业时间：8:30 至 21:00", "苹果每公斤 12.5 元，香蕉 6 元",
                 "保持安静，不要触摸展品", "电话：010-62345678"]),
    ("english", ["The first light of the morning touched the roof.", "Please return the form before Friday, 5 June.",
                 "A cold wind came down from the mountains at night.", "Turn left at the station and walk for 200 metres.",
                 "The library is closed on public holidays."]),
    ("english", ["Invoice 2026-0417", "3 notebooks at 4.25 each: 12.75", "Total with tax: 15.17", "Paid by card, thank you!",
                 "Open Monday to Saturday, 9 to 18 h"]),
]
SIZES = (20, 28, 44)


def rendered(kind, lines, size, ground="white", ink="black"):
    font = ImageFont.truetype(FONTS[kind], size)
    width = 40 + max(int(font.getlength(line)) for line in lines)
    picture = Image.new("RGB", (width, int(40 + len(lines) * size * 1.8)), ground)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((20, 20 + number * size * 1.8), line, fill=ink, font=font)
    return picture


def encoded(picture, kind="PNG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def post(address, body, expected=200):
    request = urllib.request.Request(address + "/api/read", body, {"Content-Type": "application/octet-stream"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            status, told = answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        status, told = error.code, json.load(error)
    assert status in (expected if isinstance(expected, tuple) else (expected,)), (status, told)
    return told


def letters(text):
    """Without blanks, and with the marks that are written in two widths in one."""
    same = str.maketrans("，：！（）；？", ",:!();?")
    return re.sub(r"\s", "", text.translate(same))


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]


def check_reading(address):
    wrong = total = 0
    for kind, lines in PAGES:
        for size in SIZES:
            answer = post(address, encoded(rendered(kind, lines, size)))
            wanted, found = letters("".join(lines)), letters(answer["text"])
            mistakes = distance(wanted, found)
            wrong, total = wrong + mistakes, total + len(wanted)
            if mistakes:
                print(f"{kind}, {size} pixels: {mistakes} of {len(wanted)} wrong: {found}")
            for line in answer["lines"]:
                assert 0 <= line["score"] <= 1 and len(line["box"]) == 4, line
                assert all(-9 <= x <= answer["width"] + 9 and -9 <= y <= answer["height"] + 9 for x, y in line["box"]), line
    right = 1 - wrong / total
    print(f"read-picture: {right:.1%} of {total} letters are right")
    assert right >= 0.98, right


def check_kinds(address):
    """Formats, light on dark, turned by a note of the camera, see-through paper, and nothing to read."""
    kind, lines = PAGES[2]
    wanted = letters("".join(lines))
    plain = rendered(kind, lines, 28)
    turned = plain.transpose(Image.Transpose.ROTATE_90)
    note = Image.Exif()
    note[0x0112] = 6  # "turn it clockwise to see it"
    clear = Image.new("RGBA", plain.size, (0, 0, 0, 0))
    clear.paste((20, 20, 20, 255), mask=plain.convert("L").point(lambda value: 255 - value))
    for name, body in (("JPEG", encoded(plain, "JPEG", quality=85)), ("WebP", encoded(plain, "WEBP")),
                       ("BMP", encoded(plain, "BMP")), ("grey", encoded(plain.convert("L"))),
                       ("palette", encoded(plain.quantize(8))), ("dark", encoded(rendered(kind, lines, 28, "#14202e", "#f0e8d8"))),
                       ("turned", encoded(turned, "JPEG", exif=note, quality=90)), ("clear", encoded(clear))):
        found = letters(post(address, body)["text"])
        assert distance(wanted, found) <= 0.04 * len(wanted), (name, found)
    for blank in (Image.new("RGB", (300, 200), "white"), Image.new("RGB", (1, 1)), Image.new("L", (3000, 2))):
        assert post(address, encoded(blank))["lines"] == [], blank


def check_refusals(address):
    picture = encoded(rendered(*PAGES[0], 28))
    assert post(address, b"", 400)["error"]["code"] == "empty"
    for body in (picture[:len(picture) // 2], picture[:20], b"no picture", b"GIF89a" + bytes(100), bytes(5000),
                 "文字 🌅 \u202eאבג".encode(), b"../../etc/passwd"):
        assert post(address, body, 415)["error"]["code"] == "not-a-picture", body[:20]
    assert post(address, encoded(Image.new("1", (5000, 5000))), 413)["error"]["code"] == "too-large"
    assert post(address, encoded(Image.new("1", (20000, 20000))), 413)["error"]["code"] == "too-large"
    with concurrent.futures.ThreadPoolExecutor(50) as pool:  # more than may wait: some are told to come back
        answers = list(pool.map(lambda _: post(address, picture, (200, 503)), range(50)))
    assert any("text" in answer for answer in answers)
    assert all("text" in answer or answer["error"]["code"] == "busy" for answer in answers)


def check_largest(address):
    """The most that is taken is read, within the memory that the demo was given."""
    big = Image.new("RGB", (4000, 4000), "white")
    big.paste(rendered(*PAGES[2], 60), (200, 200))
    assert "morning" in post(address, encoded(big, compress_level=1))["text"]


def check_page(address, screenshots):
    missing = webdriver.missing_programs()
    if missing:
        print("the page was not tried: " + ", ".join(missing) + " is not installed")
        return
    with webdriver.Browser() as browser:
        def wait(script, seconds=60):
            deadline = time.monotonic() + seconds
            while not browser.run(script):
                assert time.monotonic() < deadline, (script, browser.text("#status"))
                time.sleep(0.2)

        browser.open(address + "/")
        for number, word in enumerate(("parcel", "图书馆", "40.50")):
            browser.run("document.querySelector('#lines').replaceChildren();"
                        "document.querySelectorAll('#samples button')[arguments[0]].click()", number)
            wait("return document.querySelectorAll('#lines li').length >= 3")
            assert word in browser.text("#lines"), browser.text("#lines")
        assert browser.run("return document.querySelectorAll('#seen polygon').length") \
            == browser.run("return document.querySelectorAll('#lines li').length")
        browser.run("document.querySelector('#lines button').focus()")
        assert browser.run("return document.querySelectorAll('#seen polygon.on').length") == 1
        if screenshots:
            browser.screenshot(os.path.join(screenshots, "read-picture.png"))
        with tempfile.TemporaryDirectory() as folder:
            def choose(name, content):
                path = os.path.join(folder, name)
                with open(path, "wb") as file:
                    file.write(content)
                browser.run("document.querySelector('#lines').replaceChildren()")
                browser.type("#file", path)

            choose("letter.png", encoded(rendered(*PAGES[2], 28)))
            wait("return document.querySelectorAll('#lines li').length === 5")
            assert "Please return the form" in browser.text("#lines")
            assert browser.run("return document.querySelector('#save').href").startswith("blob:")
            choose("broken.png", encoded(rendered(*PAGES[0], 28))[:300])
            wait("return document.querySelector('#status.alarm')?.textContent")
        browser.run("document.querySelector('#language').click()")
        assert re.search("[一-鿿]", browser.text("#facts")), browser.text("#facts")
        assert all("status of 415" in line["message"] for line in browser.console())


def main(firstlight):
    if not all(map(os.path.exists, FONTS.values())):
        print("skipped: a font is missing: " + ", ".join(FONTS.values()))
        sys.exit(webdriver.SKIPPED)
    screenshots = os.environ.get("FIRSTLIGHT_SCREENSHOTS")
    if screenshots:
        os.makedirs(screenshots, exist_ok=True)

    def call(*words):
        done = subprocess.run([firstlight, *words, "--json"], stdout=subprocess.PIPE, text=True, timeout=800, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, (words, lines[-1:] or done.returncode)
        return {line.get("event"): line for line in lines}

    try:
        ready = call("run", "read-picture", "--variant", "rapidocr-packages")["ready"]
        address = ready["address"]
        print(f"read-picture: {ready['secondsToReady']:.1f} s from start to ready")
        check_reading(address)
        check_kinds(address)
        check_refusals(address)
        check_largest(address)
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            file.write(encoded(rendered(*PAGES[1], 28)))
            file.flush()
            assert "本店营业时间" in call("try", "read-picture", "--input", file.name)["answer"]["text"]
        check_page(address, screenshots)
        assert post(address, encoded(rendered(*PAGES[0], 28)))["lines"]  # it lives
    finally:
        subprocess.run([firstlight, "stop", "read-picture"], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main(sys.argv[1])
