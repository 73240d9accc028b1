"""Sings a melody: POST /api/sing {"language": "en", "tempo": 100, "key": 0, "notes": [{"note": "C4", "beats": 1, "word":
"la"}, …]} answers with a WAV. English by Festival, "ja" (words in kana) by Sinsy; a note of null is a rest; `key` moves
all notes by semitones."""
import io
import time
import wave

import english
import japanese
from http_service import Refused, Response, Service

NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
LARGEST_KEY = 24
WORDS = {"en": (english.WORD, "one English word or syllable"),
         "ja": (japanese.morae(), "one mora in kana, such as ら or きゃ")}


def moved(name, key):
    """A note's name, so many semitones higher."""
    letter, sign, octave = english.NOTE.fullmatch(name).groups()
    number = 12 * int(octave) + NAMES.index(letter) + {"#": 1, "b": -1, None: 0}[sign] + key
    return NAMES[number % 12] + str(number // 12)


def checked(request):
    """Language, tempo and notes, or what is wrong with them."""
    asked = request.json()
    language, key, notes = asked.get("language", "en"), asked.get("key", 0), asked.get("notes")
    if language not in ("en", "ja"):
        raise Refused(400, "no-such-language", "language is en or ja.")
    if not isinstance(key, int) or isinstance(key, bool) or not -LARGEST_KEY <= key <= LARGEST_KEY:
        raise Refused(400, "not-a-note", f"key is a whole number of semitones from {-LARGEST_KEY} to {LARGEST_KEY}.")
    tempo, _ = english.checked(request, words=WORDS[language], rests=True)
    sung = []
    for number, note in enumerate(notes, 1):
        name = note["note"]
        if name is not None:
            name = moved(name, key)
            if not english.NOTE.fullmatch(name):
                raise Refused(400, "not-a-note", f"Note {number}: with this key it is {name}; notes are from C2 to B5.")
        sung.append({"note": name, "beats": note["beats"], "word": note.get("word", "")})
    if all(note["note"] is None for note in sung):
        raise Refused(400, "empty", "There are only rests.")
    if language == "ja" and (number := japanese.unheard(sung)):
        raise Refused(400, "not-a-note", f"Note {number}: nothing is sung before it that {sung[number - 1]['word']} could "
                                         "lengthen.")
    return language, tempo, sung


def sing(request):
    language, tempo, notes = checked(request)
    began = time.monotonic()
    if language == "ja":
        sound = japanese.synthesize(tempo, notes, request.cancelled)
    else:
        sound = english.synthesize(tempo, notes, request.cancelled)
    with wave.open(io.BytesIO(sound)) as opened:
        seconds = opened.getnframes() / opened.getframerate()
    return Response(sound, "audio/wav", {"X-Audio-Seconds": f"{seconds:.3f}",
                                         "X-Compute-Seconds": f"{time.monotonic() - began:.3f}"})


def load():
    note = {"note": "G4", "beats": 1}
    english.synthesize(120, [note | {"word": "la"}], lambda: False)
    japanese.synthesize(120, [note | {"word": "ら"}], lambda: False)


def main():
    options = Service.parser(__doc__).parse_args()
    service = Service("sing", page="/page")
    service.route("POST", "/api/sing", sing, largest=256 << 10)
    service.run(options, load)


if __name__ == "__main__":
    main()
