"""Songs in Japanese by Sinsy: notes to MusicXML, and the sound of its singer."""
import io
import os
import re
import tempfile
import wave
import xml.sax.saxutils

import english

FOLDER = "/app/sinsy"
VOICE = FOLDER + "/nitech_jp_song070_f001.htsvoice"
NOTHING_ALONE = re.compile("[ーっッ]+")  # lengthens or stops what was sung before it
TICKS = 480  # of a beat
BAR = 4 * TICKS
LEAD_BEATS = 4  # Sinsy wants a rest first; it is cut off again


def morae():
    """What its dictionary knows, up to three for one note."""
    with open(FOLDER + "/dictionaries/japanese.utf_8.table", encoding="utf-8") as table:
        known = sorted((line.split()[0] for line in table if line.strip()), key=len, reverse=True)
    return re.compile("(?:" + "|".join(["ー"] + known) + "){1,3}")


def unheard(notes):
    """The number of the first note whose word has nothing before it to lengthen; None: there is none."""
    rest = True
    for number, note in enumerate(notes, 1):
        if note["note"] is not None and rest and NOTHING_ALONE.fullmatch(note["word"]):
            return number
        rest = note["note"] is None
    return None


def element(note, ticks, first, last):
    """A note, or its part in one bar."""
    if note["note"] is None:
        return f"<note><rest/><duration>{ticks}</duration><voice>1</voice></note>"
    letter, sign, octave = re.fullmatch(r"([A-G])(#|b)?([0-9])", note["note"]).groups()
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>", None: ""}[sign]
    ties = ("" if first else '<tie type="stop"/>') + ("" if last else '<tie type="start"/>')
    lyric = f"<lyric><text>{xml.sax.saxutils.escape(note['word'])}</text></lyric>" if first else ""
    return (f"<note><pitch><step>{letter}</step>{alter}<octave>{octave}</octave></pitch><duration>{ticks}</duration>{ties}"
            f"<voice>1</voice>{lyric}</note>")


def score(tempo, notes):
    """MusicXML in bars of four beats."""
    bars, left = [[]], BAR
    for note in [{"note": None, "beats": LEAD_BEATS}] + notes + [{"note": None, "beats": 1}]:
        rest, first = max(1, round(note["beats"] * TICKS)), True
        while rest > 0:
            part = min(rest, left)
            rest, left = rest - part, left - part
            bars[-1].append(element(note, part, first, rest == 0))
            first = False
            if left == 0:
                bars.append([])
                left = BAR
    bars[-1].append(element({"note": None}, left, True, True))
    head = (f"<attributes><divisions>{TICKS}</divisions><key><fifths>0</fifths></key><time><beats>4</beats><beat-type>4"
            f'</beat-type></time></attributes><direction><sound tempo="{tempo}"/></direction>')
    measures = "".join(f'<measure number="{number}">{head if number == 1 else ""}{"".join(bar)}</measure>'
                       for number, bar in enumerate(bars, 1))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 2.0 Partwise'
            '//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n<score-partwise><part-list><score-part id="P1"><part-name>'
            f'voice</part-name></score-part></part-list><part id="P1">{measures}</part></score-partwise>')


def cut(sound, begin, seconds):
    """A WAV of that part of another."""
    with wave.open(io.BytesIO(sound)) as whole:
        settings, rate = whole.getparams(), whole.getframerate()
        whole.setpos(min(whole.getnframes(), round(begin * rate)))
        frames = whole.readframes(round(seconds * rate))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as part:
        part.setparams(settings)
        part.writeframes(frames)
    return buffer.getvalue()


def synthesize(tempo, notes, cancelled):
    with tempfile.TemporaryDirectory(prefix="song-") as folder:
        with open(os.path.join(folder, "song.xml"), "w", encoding="utf-8") as file:
            file.write(score(tempo, notes))
        english.run_engine([FOLDER + "/singer", FOLDER + "/dictionaries", VOICE, "song.xml", "song.wav"], folder, cancelled)
        with open(os.path.join(folder, "song.wav"), "rb") as file:
            sound = file.read()
    beat = 60 / tempo
    return cut(sound, LEAD_BEATS * beat, (sum(note["beats"] for note in notes) + 0.5) * beat)
