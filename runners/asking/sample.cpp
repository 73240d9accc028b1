#include "runners/asking/sample.h"

#include "transfer/http.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

/// Long enough for a steady pace, short enough to be over before the person has typed.
Question shortQuestion()
{
    return {.content = "Count from one to forty in words.", .mostTokens = 64};
}

Question shortSong()
{
    json notes = json::array();
    for (const char *note : {"C4", "C4", "G4", "G4", "A4", "A4", "G4", "F4", "F4", "E4", "E4", "D4"})
        notes.push_back({{"note", note}, {"beats", 1}, {"word", "la"}});
    return {.content = json{{"tempo", 100}, {"notes", notes}}.dump()};
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

/// The recording that a listening demo's own page brings.
std::optional<Question> ownRecording(const RunningDemo &demo, std::stop_token stop)
{
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(demo.hostPort) + "/sample.wav";
    request.useProxy = false;
    request.followRedirects = false;
    request.timeout = samplePatience;
    request.headers = {{"Connection", "close"}};
    auto response = HttpClient().send(request, std::move(stop));
    return response && response->status == 200 ? std::optional(Question{.content = std::move(response->body)})
                                               : std::nullopt;
}

} // namespace

std::optional<Question> sampleQuestion(const RunningDemo &demo, const Api &api, std::stop_token stop)
{
    switch (api.takes) {
    case Medium::Text:
        return api.gives == Medium::Text
                   ? shortQuestion()
                   : Question{.content = "The first light of the morning touched the roof, and the harbour woke."};
    case Medium::Score:
        return shortSong();
    case Medium::Picture:
        return Question{.content = bitmap()};
    case Medium::Sound:
        break;
    }
    return ownRecording(demo, std::move(stop));
}

} // namespace firstlight
