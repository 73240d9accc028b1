#include "runners/measuring/measure.h"

#include "core/files.h"
#include "transfer/http.h"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace firstlight {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Sample {
    WorkUnit unit;
    double perSecond;
};

std::optional<HttpResponse> ask(const RunningDemo &demo, const std::string &path, std::string body,
                                const std::string &type, std::stop_token stop)
{
    HttpRequest request;
    request.method = body.empty() ? "GET" : "POST";
    request.url = "http://127.0.0.1:" + std::to_string(demo.hostPort) + path;
    request.useProxy = false;
    request.followRedirects = false;
    request.timeout = std::chrono::seconds(20);
    request.headers = {{"Content-Type", type}, {"Connection", "close"}};
    request.body = std::move(body);
    auto response = HttpClient().send(request, std::move(stop));
    return response && response->status == 200 ? std::optional(*std::move(response)) : std::nullopt;
}

std::optional<double> headerOf(const HttpResponse &response, const std::string &name)
{
    const auto found = response.headers.find(name);
    if (found == response.headers.end())
        return std::nullopt;
    double value = 0;
    const std::string &text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && value > 0 ? std::optional(value) : std::nullopt;
}

std::optional<Sample> sampleOfHeaders(const std::optional<HttpResponse> &response)
{
    if (!response)
        return std::nullopt;
    const auto made = headerOf(*response, "x-audio-seconds");
    const auto took = headerOf(*response, "x-compute-seconds");
    return made && took ? std::optional(Sample{WorkUnit::AudioSecond, *made / *took}) : std::nullopt;
}

std::optional<double> numberIn(const json &value, const char *pointer)
{
    const json::json_pointer at(pointer);
    return value.contains(at) && value[at].is_number() ? std::optional(value[at].get<double>())
                                                       : std::nullopt;
}

/// Long enough for a steady pace, short enough to be over before the person has typed.
std::optional<Sample> sampleOfChat(const RunningDemo &demo, std::stop_token stop)
{
    const json question{{"messages", {{{"role", "user"}, {"content", "Count from one to forty in words."}}}},
                        {"max_tokens", 64},
                        {"temperature", 0}};
    const auto begun = std::chrono::steady_clock::now();
    const auto response
        = ask(demo, "/v1/chat/completions", question.dump(), "application/json", std::move(stop));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    if (!response)
        return std::nullopt;
    const json answer = json::parse(response->body, nullptr, false);
    if (const auto own = numberIn(answer, "/timings/predicted_per_second"); own && *own > 0)
        return Sample{WorkUnit::Token, *own};
    const auto tokens = numberIn(answer, "/usage/completion_tokens");
    if (!tokens || *tokens < 8)
        return std::nullopt;
    return Sample{WorkUnit::Token, *tokens / taken.count()};
}

std::optional<Sample> sampleOfSpeech(const RunningDemo &demo, std::stop_token stop)
{
    const json text{{"text", "The first light of the morning touched the roof, and the harbour woke."}};
    return sampleOfHeaders(ask(demo, "/api/speak", text.dump(), "application/json", std::move(stop)));
}

std::optional<Sample> sampleOfSinging(const RunningDemo &demo, std::stop_token stop)
{
    json notes = json::array();
    for (const char *note : {"C4", "C4", "G4", "G4", "A4", "A4", "G4", "F4", "F4", "E4", "E4", "D4"})
        notes.push_back({{"note", note}, {"beats", 1}, {"word", "la"}});
    return sampleOfHeaders(ask(demo, "/api/sing", json{{"tempo", 100}, {"notes", notes}}.dump(),
                               "application/json", std::move(stop)));
}

/// Its own page brings a recording.
std::optional<Sample> sampleOfListening(const RunningDemo &demo, std::stop_token stop)
{
    const auto recording = ask(demo, "/sample.wav", {}, "text/plain", stop);
    if (!recording)
        return std::nullopt;
    const auto response = ask(demo, "/api/transcribe", recording->body, "audio/wav", std::move(stop));
    if (!response)
        return std::nullopt;
    const json answer = json::parse(response->body, nullptr, false);
    const auto heard = numberIn(answer, "/audioSeconds");
    const auto took = numberIn(answer, "/computeSeconds");
    if (!heard || !took || *took <= 0)
        return std::nullopt;
    return Sample{WorkUnit::AudioSecond, *heard / *took};
}

/// A grey bitmap of 160 × 120 pixels.
std::string bitmap()
{
    constexpr int width = 160;
    constexpr int height = 120;
    constexpr int headerBytes = 54;
    constexpr int bytes = width * height * 3;
    std::string file(headerBytes + bytes, '\x80');
    const auto put = [&](std::size_t at, int length, unsigned value) {
        for (int i = 0; i < length; ++i)
            file[at + static_cast<std::size_t>(i)] = static_cast<char>((value >> (8 * i)) & 0xff);
    };
    file.replace(0, headerBytes, std::string(headerBytes, '\0'));
    file.replace(0, 2, "BM");
    put(2, 4, headerBytes + bytes);
    put(10, 4, headerBytes);
    put(14, 4, 40);
    put(18, 4, width);
    put(22, 4, height);
    put(26, 2, 1);
    put(28, 2, 24);
    return file;
}

std::optional<Sample> sampleOfUpscaling(const RunningDemo &demo, std::stop_token stop)
{
    const auto response = ask(demo, "/api/upscale", bitmap(), "image/bmp", std::move(stop));
    const auto took = response ? headerOf(*response, "x-compute-seconds") : std::nullopt;
    return took ? std::optional(Sample{WorkUnit::Picture, 1 / *took}) : std::nullopt;
}

std::optional<Sample> sampleOf(const RunningDemo &demo, const std::string &api, std::stop_token stop)
{
    if (api == "openai")
        return sampleOfChat(demo, std::move(stop));
    if (api == "speech")
        return sampleOfSpeech(demo, std::move(stop));
    if (api == "singing")
        return sampleOfSinging(demo, std::move(stop));
    if (api == "transcription")
        return sampleOfListening(demo, std::move(stop));
    if (api == "upscale")
        return sampleOfUpscaling(demo, std::move(stop));
    return std::nullopt;
}

/// The number of kB behind \a name in the text of /proc/PID/status.
std::optional<std::uint64_t> statusNumber(const std::string &status, const std::string &name)
{
    const std::size_t at = status.find(name);
    if (at == std::string::npos)
        return std::nullopt;
    const std::size_t digits = status.find_first_of("0123456789", at + name.size());
    std::uint64_t value = 0;
    if (digits == std::string::npos
        || std::from_chars(status.data() + digits, status.data() + status.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

} // namespace

std::optional<std::uint64_t> peakMemoryOf(int process, const std::string &proc)
{
    std::map<int, std::vector<int>> children;
    std::map<int, std::uint64_t> peaks;
    std::error_code error;
    for (fs::directory_iterator entry(proc, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        int number = 0;
        const auto [last, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (wrong != std::errc() || last != name.data() + name.size())
            continue;
        const Result<std::string> status = readFile(entry->path() / "status", 64u << 10);
        if (!status)
            continue; // it has ended
        if (const auto parent = statusNumber(*status, "PPid:"))
            children[static_cast<int>(*parent)].push_back(number);
        if (const auto peak = statusNumber(*status, "VmHWM:"))
            peaks[number] = *peak * 1024;
    }
    if (process <= 0 || !peaks.contains(process))
        return std::nullopt;
    std::uint64_t sum = 0;
    std::vector<int> open{process};
    while (!open.empty()) {
        const int next = open.back();
        open.pop_back();
        sum += peaks.contains(next) ? peaks[next] : 0;
        open.insert(open.end(), children[next].begin(), children[next].end());
    }
    return sum;
}

Measured measureDemo(const RunningDemo &demo, const std::string &api, int process, std::stop_token stop)
{
    Measured measured;
    if (const std::optional<Sample> sample = sampleOf(demo, api, std::move(stop))) {
        measured.unit = sample->unit;
        measured.unitsPerSecond = sample->perSecond;
    }
    measured.memoryBytes = peakMemoryOf(process);
    return measured;
}

} // namespace firstlight
