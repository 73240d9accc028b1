"""Sings a melody with Festival: POST /api/sing {"tempo": 100, "notes": [{"note": "C4", "beats": 1, "word": "la"}, …]}
answers with a WAV. English; the voice sings an octave below what is written."""
import io
import math
import os
import re
import subprocess
import tempfile
import time
import wave
import xml.sax.saxutils

from http_service import Refused, Response, Service

MOST_NOTES = 200
LONGEST_SECONDS = 180
LIMIT_SECONDS = 120  # for the engine
NOTE = re.compile(r"([A-G])(#|b)?([2-5])")
WORD = re.compile(r"[A-Za-z][A-Za-z' -]{0,30}")
SCRIPT = "/app/song.scm"
CELLS = "1000000"  # of Festival's heap, 68 MB in all; its own ten million are 360


def checked(request, words=None, rests=False):
    """Tempo and notes, or what is wrong with them. `words`: their pattern, and what it is called; English ones."""
    pattern, called = words or (WORD, "one English word or syllable")
    asked = request.json()
    tempo, notes = asked.get("tempo", 100), asked.get("notes")
    if not isinstance(tempo, (int, float)) or isinstance(tempo, bool) or not 40 <= tempo <= 240:
        raise Refused(400, "not-a-note", "tempo is a number from 40 to 240 beats a minute.")
    if not isinstance(notes, list) or not notes:
        raise Refused(400, "empty", "There are no notes.")
    if len(notes) > MOST_NOTES:
        raise Refused(413, "too-long", f"At most {MOST_NOTES} notes are sung at once.")
    for number, note in enumerate(notes, 1):
        rest = rests and isinstance(note, dict) and "note" in note and note["note"] is None
        if not rest and (not isinstance(note, dict) or not isinstance(note.get("note"), str)
                         or not NOTE.fullmatch(note["note"])):
            raise Refused(400, "not-a-note", f"Note {number}: note is a name such as C4, F#3 or Bb4, from C2 to B5.")
        beats = note.get("beats")
        if not isinstance(beats, (int, float)) or isinstance(beats, bool) or not 0.125 <= beats <= 16:
            raise Refused(400, "not-a-note", f"Note {number}: beats is a number from 0.125 to 16.")
        if not rest and (not isinstance(note.get("word"), str) or not pattern.fullmatch(note["word"])):
            raise Refused(400, "not-a-note", f"Note {number}: word is {called}.")
    if sum(note["beats"] for note in notes) * 60 / tempo > LONGEST_SECONDS:
        raise Refused(413, "too-long", f"At most {LONGEST_SECONDS} seconds are sung at once.")
    return tempo, notes


def without_flats(name):
    """Festival knows sharps only."""
    letter, sign, octave = NOTE.fullmatch(name).groups()
    steps = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    at = steps.index(letter) + {"#": 1, "b": -1, None: 0}[sign]
    return steps[at % 12] + str(int(octave) + math.floor(at / 12))


def score(tempo, notes):
    lines = ['<?xml version="1.0"?>',
             '<!DOCTYPE SINGING PUBLIC "-//SINGING//DTD SINGING mark up//EN" "Singing.v0_1.dtd" []>',
             "<SINGING>"]
    rest = 0
    for note in notes + [None]:
        if note and note["note"] is None:
            rest += note["beats"] * 60 / tempo  # Festival's own tempo, BPM, is 120 whatever is asked for
            continue
        if rest > 0:  # of several after each other Festival keeps one
            lines.append(f'<REST SECONDS="{rest:.4f}"></REST>')
            rest = 0
        if note:
            word = xml.sax.saxutils.escape(note["word"].lower())
            lines.append(f'<PITCH NOTE="{without_flats(note["note"])}"><DURATION SECONDS="{note["beats"] * 60 / tempo:.4f}">'
                         f'{word}</DURATION></PITCH>')
    return "\n".join(lines + ["</SINGING>"])


def run_engine(words, folder, cancelled):
    """Runs a singer in `folder`. RuntimeError with its last words: it failed; ConnectionError: nobody waits for it."""
    engine = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            errors = engine.communicate(timeout=0.1)[1]
            break
        except subprocess.TimeoutExpired:
            if cancelled() or time.monotonic() > deadline:
                engine.kill()
                engine.wait()
                raise ConnectionError from None
    if engine.returncode != 0:
        raise RuntimeError(errors.decode(errors="replace")[-500:])


def synthesize(tempo, notes, cancelled):
    with tempfile.TemporaryDirectory(prefix="song-") as folder:
        with open(os.path.join(folder, "song.xml"), "w", encoding="ascii") as file:
            file.write(score(tempo, notes))
        run_engine(["festival", "--heap", CELLS, "--batch", SCRIPT], folder, cancelled)
        with open(os.path.join(folder, "song.wav"), "rb") as file:
            return file.read()


def sing(request):
    tempo, notes = checked(request)
    began = time.monotonic()
    sound = synthesize(tempo, notes, request.cancelled)
    with wave.open(io.BytesIO(sound)) as opened:
        seconds = opened.getnframes() / opened.getframerate()
    return Response(sound, "audio/wav", {"X-Audio-Seconds": f"{seconds:.3f}",
                                         "X-Compute-Seconds": f"{time.monotonic() - began:.3f}"})


def main():
    options = Service.parser(__doc__).parse_args()
    service = Service("sing", page="/page")
    service.route("POST", "/api/sing", sing, largest=256 << 10)
    service.run(options, lambda: synthesize(120, [{"note": "C4", "beats": 1, "word": "la"}], lambda: False))


if __name__ == "__main__":
    main()
