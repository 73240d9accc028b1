#include "runners/asking/ask.h"

#include "transfer/http.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

/// How one interface is spoken.
struct Protocol {
    Api api;
    std::string path;
    std::string type;                          ///< of the request's body
    std::string (*bodyOf)(const Question &);   ///< of the request
    /// nullopt: the answer is not what the interface promises. \a seconds is what the whole exchange took.
    std::optional<Reply> (*replyOf)(const HttpResponse &, double seconds);
};

std::string asItIs(const Question &question)
{
    return question.content;
}

/// What is no UTF-8 in the text is left to the demo to refuse, as any other of its inputs.
std::string dumped(const json &body)
{
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string chatBody(const Question &question)
{
    json body{{"messages", {{{"role", "user"}, {"content", question.content}}}}, {"temperature", 0}};
    if (question.mostTokens > 0)
        body["max_tokens"] = question.mostTokens;
    return dumped(body);
}

std::string speechBody(const Question &question)
{
    return dumped({{"text", question.content}});
}

std::optional<double> numberIn(const json &value, const char *pointer)
{
    const json::json_pointer at(pointer);
    return value.contains(at) && value[at].is_number() ? std::optional(value[at].get<double>())
                                                       : std::nullopt;
}

std::optional<std::string> textIn(const json &value, const char *pointer)
{
    const json::json_pointer at(pointer);
    return value.contains(at) && value[at].is_string() ? std::optional(value[at].get<std::string>())
                                                       : std::nullopt;
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

void setPace(Reply &reply, WorkUnit unit, std::optional<double> made, std::optional<double> seconds)
{
    if (!made || !seconds || *made <= 0 || *seconds <= 0)
        return;
    reply.unit = unit;
    reply.unitsPerSecond = *made / *seconds;
}

std::optional<Reply> chatReply(const HttpResponse &response, double seconds)
{
    const json answer = json::parse(response.body, nullptr, false);
    const auto text = textIn(answer, "/choices/0/message/content");
    if (!text)
        return std::nullopt;
    Reply reply{.medium = Medium::Text, .content = *text};
    constexpr double leastTokens = 8; // fewer say nothing about a pace
    if (const auto own = numberIn(answer, "/timings/predicted_per_second"))
        setPace(reply, WorkUnit::Token, own, 1.0);
    else if (const auto tokens = numberIn(answer, "/usage/completion_tokens"); tokens >= leastTokens)
        setPace(reply, WorkUnit::Token, tokens, seconds);
    return reply;
}

std::optional<Reply> soundReply(const HttpResponse &response, double)
{
    if (!response.body.starts_with("RIFF"))
        return std::nullopt;
    Reply reply{.medium = Medium::Sound, .content = response.body};
    setPace(reply, WorkUnit::AudioSecond, headerOf(response, "x-audio-seconds"),
            headerOf(response, "x-compute-seconds"));
    return reply;
}

std::optional<Reply> heardReply(const HttpResponse &response, double)
{
    const json answer = json::parse(response.body, nullptr, false);
    const auto text = textIn(answer, "/text");
    if (!text)
        return std::nullopt;
    Reply reply{.medium = Medium::Text, .content = *text};
    setPace(reply, WorkUnit::AudioSecond, numberIn(answer, "/audioSeconds"),
            numberIn(answer, "/computeSeconds"));
    return reply;
}

std::optional<Reply> pictureReply(const HttpResponse &response, double)
{
    if (!response.body.starts_with("\x89PNG"))
        return std::nullopt;
    Reply reply{.medium = Medium::Picture, .content = response.body};
    setPace(reply, WorkUnit::Picture, 1.0, headerOf(response, "x-compute-seconds"));
    return reply;
}

std::optional<Reply> readReply(const HttpResponse &response, double)
{
    const json answer = json::parse(response.body, nullptr, false);
    const auto text = textIn(answer, "/text");
    if (!text)
        return std::nullopt;
    Reply reply{.medium = Medium::Text, .content = *text};
    setPace(reply, WorkUnit::Picture, 1.0, numberIn(answer, "/computeSeconds"));
    return reply;
}

/// Type of a picture that the demo finds out by itself.
constexpr const char *anyBytes = "application/octet-stream";

const std::vector<Protocol> &protocols()
{
    static const std::vector<Protocol> known = {
        {{"openai", Medium::Text, Medium::Text}, "/v1/chat/completions", "application/json", chatBody, chatReply},
        {{"speech", Medium::Text, Medium::Sound}, "/api/speak", "application/json", speechBody, soundReply},
        {{"transcription", Medium::Sound, Medium::Text}, "/api/transcribe", "audio/wav", asItIs, heardReply},
        {{"singing", Medium::Score, Medium::Sound}, "/api/sing", "application/json", asItIs, soundReply},
        {{"upscale", Medium::Picture, Medium::Picture}, "/api/upscale", anyBytes, asItIs, pictureReply},
        {{"talk", Medium::Sound, Medium::Sound}, "/api/talk", "audio/wav", asItIs, soundReply},
        {{"ocr", Medium::Picture, Medium::Text}, "/api/read", anyBytes, asItIs, readReply},
    };
    return known;
}

const Protocol *protocolNamed(const std::string &name)
{
    const auto &known = protocols();
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Protocol &protocol) { return protocol.api.name == name; });
    return found == known.end() ? nullptr : &*found;
}

/// Our own demos and OpenAI's interface say it alike: {"error": {"message": …}}.
Error refused(const RunningDemo &demo, const HttpResponse &response)
{
    const json told = json::parse(response.body, nullptr, false);
    const auto message = textIn(told, "/error/message");
    return {.code = "demo-refused",
            .facts = {{"demo", demo.demo},
                      {"status", std::to_string(response.status)},
                      {"said", message.value_or(response.body.substr(0, 200))}},
            .kind = response.status < 500 ? ErrorKind::BadInput : ErrorKind::Failed};
}

} // namespace

const Api *apiNamed(const std::string &name)
{
    const Protocol *protocol = protocolNamed(name);
    return protocol ? &protocol->api : nullptr;
}

Result<Reply> ask(const RunningDemo &demo, const std::string &api, const Question &question,
                  std::chrono::seconds timeout, std::stop_token stop)
{
    const Protocol *protocol = protocolNamed(api);
    if (!protocol)
        return fail({.code = "demo-cannot-be-asked",
                     .facts = {{"demo", demo.demo}, {"api", api}},
                     .kind = ErrorKind::BadInput});
    HttpRequest request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(demo.hostPort) + protocol->path;
    request.useProxy = false;
    request.followRedirects = false;
    request.timeout = timeout;
    request.stallTimeout.reset(); // nothing comes while it works
    request.headers = {{"Content-Type", protocol->type}, {"Connection", "close"}};
    request.body = protocol->bodyOf(question);
    const auto begun = Clock::now();
    const auto response = HttpClient().send(request, std::move(stop));
    if (!response)
        return fail(response.error());
    if (response->status != 200)
        return fail(refused(demo, *response));
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    auto reply = protocol->replyOf(*response, seconds);
    if (!reply)
        return fail({.code = "demo-answer-unclear", .facts = {{"demo", demo.demo}}});
    return *std::move(reply);
}

} // namespace firstlight
