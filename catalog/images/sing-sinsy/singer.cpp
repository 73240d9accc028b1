// Sings a MusicXML score in Japanese: singer DICTIONARIES VOICE SCORE.xml OUTPUT.wav
//
// Sinsy's own program writes what its statistical model of the voice makes of the score: up to one and a half semitones
// beside the notes. Here the pitch of each note is measured before it becomes sound, and shifted by what is missing; the
// glides and the vibrato stay. Spectra that its filter cannot follow are flattened, and what is too loud is turned down.
#include "HTS_engine.h"
#include "LabelStrings.h"
#include "sinsy.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace {

constexpr size_t spectrumStream = 0;
constexpr size_t pitchStream = 1;
constexpr double voicedFrom = 0.1; // the lowest notes would be whispered at the usual half
constexpr double steepest = 6.0; // nepers: the filter's Pade approximation of order 5 oscillates from 6.2 on
constexpr double loudest = 29500; // of 32767
constexpr size_t easing = 20; // frames, 100 ms

struct Note {
    double logHertz;
    size_t firstState;
    size_t states;
    size_t begin = 0; // frames
    size_t end = 0;
    double shift = 0; // what is missing where it is held
};

/// Of "C#4", "Bb3": Sinsy writes it behind "/E:" of each sound of a note.
double logHertzOf(const std::string &name)
{
    static const int steps[] = {9, 11, 0, 2, 4, 5, 7}; // A to G
    if (name.size() < 2 || name[0] < 'A' || name[0] > 'G')
        return 0;
    int key = steps[name[0] - 'A'] + (name[1] == '#') - (name[1] == 'b');
    key += 12 * (name.back() - '0' + 1);
    return std::log(440.0) + (key - 69) * std::log(2.0) / 12;
}

/// Sounds that follow each other at one pitch are tuned together: Sinsy glides from one to the other.
std::vector<Note> notesOf(char **labels, size_t count, size_t statesEach)
{
    std::vector<Note> notes;
    std::string before;
    for (size_t i = 0; i < count; ++i) {
        const char *begin = std::strstr(labels[i], "/E:");
        const char *end = begin ? std::strchr(begin, ']') : nullptr;
        const std::string name = end ? std::string(begin + 3, end) : "";
        const double logHertz = logHertzOf(name);
        if (logHertz > 0 && name == before)
            notes.back().states += statesEach;
        else if (logHertz > 0)
            notes.push_back({logHertz, i * statesEach, statesEach});
        before = logHertz > 0 ? name : "";
    }
    return notes;
}

/// Logarithm of hertz for each frame; not a number where it has no voice. The stream itself holds only the others.
std::vector<double> pitchOf(const HTS_Engine &engine)
{
    const HTS_PStream &stream = engine.pss.pstream[pitchStream];
    std::vector<double> pitch(engine.pss.total_frame, std::nan(""));
    for (size_t frame = 0, voiced = 0; frame < pitch.size(); ++frame) {
        if (stream.msd_flag[frame])
            pitch[frame] = stream.par[voiced++][0];
    }
    return pitch;
}

/// How far the middle of a note, where it is held, is from where it should be. 0: it has no voice.
double missing(const std::vector<double> &pitch, const Note &note)
{
    const size_t length = note.end - note.begin;
    double sum = 0;
    size_t voiced = 0;
    for (size_t frame = note.begin + length / 4; frame < note.begin + length * 9 / 10; ++frame) {
        if (!std::isnan(pitch[frame])) {
            sum += pitch[frame];
            ++voiced;
        }
    }
    return voiced > 0 ? note.logHertz - sum / voiced : 0;
}

/// The shift of each frame: that of its note, and on the way from one to the next what lies between.
std::vector<double> shiftsOf(const std::vector<Note> &notes, size_t frames)
{
    std::vector<double> shifts(frames, 0);
    for (size_t index = 0; index < notes.size(); ++index) {
        const Note &note = notes[index];
        const bool joined = index > 0 && notes[index - 1].end == note.begin;
        const double before = joined ? notes[index - 1].shift : note.shift;
        const size_t glide = std::min<size_t>((note.end - note.begin) / 5, 24); // at most 120 ms
        for (size_t frame = note.begin; frame < note.end; ++frame) {
            const double way = glide > 0 ? std::min(1.0, double(frame - note.begin) / glide) : 1;
            shifts[frame] = before + way * (note.shift - before);
        }
    }
    return shifts;
}

void tune(HTS_Engine &engine, std::vector<Note> notes)
{
    std::vector<size_t> firstFrames{0};
    for (size_t state = 0; state < HTS_Engine_get_total_state(&engine); ++state)
        firstFrames.push_back(firstFrames.back() + HTS_Engine_get_state_duration(&engine, state));
    const std::vector<double> pitch = pitchOf(engine);
    for (Note &note : notes) {
        note.begin = firstFrames[note.firstState];
        note.end = std::min(firstFrames[note.firstState + note.states], pitch.size());
        note.shift = missing(pitch, note);
    }
    const std::vector<double> shifts = shiftsOf(notes, pitch.size());
    const HTS_PStream &stream = engine.pss.pstream[pitchStream];
    for (size_t frame = 0, voiced = 0; frame < pitch.size(); ++frame) {
        if (stream.msd_flag[frame])
            stream.par[voiced++][0] += shifts[frame];
    }
}

/// The largest distance of a spectrum from its mean, in nepers, over 64 frequencies. `cepstrum[0]` is the mean.
double steepness(const double *cepstrum, size_t order)
{
    double largest = 0;
    for (size_t step = 0; step <= 64; ++step) {
        const std::complex<double> turn = std::polar(1.0, -M_PI * step / 64);
        std::complex<double> sum = 0;
        for (size_t index = order; --index > 0;)
            sum = (sum + cepstrum[index]) * turn;
        largest = std::max(largest, std::abs(sum));
    }
    return largest;
}

void flatten(HTS_PStream &spectrum)
{
    for (size_t frame = 0; frame < spectrum.length; ++frame) {
        double *cepstrum = spectrum.par[frame];
        const double factor = steepest / steepness(cepstrum, spectrum.vector_length);
        for (size_t index = 1; factor < 1 && index < spectrum.vector_length; ++index)
            cepstrum[index] *= factor;
    }
}

/// What each frame is multiplied with so that none is louder than `loudest`. It goes down and up again over `easing`
/// frames: the mean of minima that each include this frame.
std::vector<double> gainsOf(const double *samples, size_t frames, size_t frameLength)
{
    std::vector<double> least(frames + 2 * easing, 1);
    for (size_t frame = 0; frame < frames; ++frame) {
        double peak = loudest;
        for (size_t i = frame * frameLength; i < (frame + 1) * frameLength; ++i)
            peak = std::max(peak, std::fabs(samples[i]));
        for (size_t near = frame; near <= frame + 2 * easing; ++near)
            least[near] = std::min(least[near], loudest / peak);
    }
    std::vector<double> gains(frames, 1);
    for (size_t frame = 0; frame < frames; ++frame) {
        const auto first = least.begin() + frame + 1;
        gains[frame] = std::accumulate(first, first + 2 * easing - 1, 0.0) / (2 * easing - 1);
    }
    return gains;
}

void turnDown(HTS_Engine &engine)
{
    const size_t frameLength = HTS_Engine_get_fperiod(&engine);
    const size_t frames = HTS_Engine_get_nsamples(&engine) / frameLength;
    const std::vector<double> gains = gainsOf(engine.gss.gspeech, frames, frameLength);
    for (size_t frame = 0; frame < frames; ++frame) {
        const double next = gains[std::min(frame + 1, frames - 1)];
        for (size_t i = 0; i < frameLength; ++i)
            engine.gss.gspeech[frame * frameLength + i] *= gains[frame] + (next - gains[frame]) * i / frameLength;
    }
}

bool sing(HTS_Engine &engine, char **labels, size_t count)
{
    if (HTS_Engine_generate_state_sequence_from_strings(&engine, labels, count) != TRUE
        || HTS_Engine_generate_parameter_sequence(&engine) != TRUE)
        return false;
    tune(engine, notesOf(labels, count, HTS_Engine_get_nstate(&engine)));
    flatten(engine.pss.pstream[spectrumStream]);
    if (HTS_Engine_generate_sample_sequence(&engine) != TRUE)
        return false;
    turnDown(engine);
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "singer DICTIONARIES VOICE SCORE.xml OUTPUT.wav\n");
        return 2;
    }
    sinsy::Sinsy sinsy;
    HTS_Engine engine;
    HTS_Engine_initialize(&engine);
    if (!sinsy.setLanguages("j", argv[1]) || !sinsy.loadScoreFromMusicXML(argv[3])
        || HTS_Engine_load(&engine, &argv[2], 1) != TRUE) {
        std::fprintf(stderr, "the dictionaries, the voice or the score cannot be read\n");
        return 1;
    }
    HTS_Engine_set_phoneme_alignment_flag(&engine, TRUE);
    HTS_Engine_set_msd_threshold(&engine, pitchStream, voicedFrom);
    const std::unique_ptr<sinsy::LabelStrings> labels(sinsy.createLabelData(false, 1, 2));
    if (!labels || labels->size() == 0
        || !sing(engine, const_cast<char **>(labels->getData()), labels->size())) {
        std::fprintf(stderr, "this score cannot be sung\n");
        return 1;
    }
    FILE *file = std::fopen(argv[4], "wb");
    if (!file) {
        std::perror(argv[4]);
        return 1;
    }
    HTS_Engine_save_riff(&engine, file);
    return std::fclose(file) == 0 ? 0 : 1;
}
