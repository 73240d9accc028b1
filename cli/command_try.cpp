#include "cli/commands.h"

#include "catalog/estimating/experience.h"
#include "cli/opened_engine.h"
#include "core/files.h"
#include "core/json_lines.h"
#include "runners/asking/sample.h"
#include "text/choice_text.h"

#include <iostream>
#include <iterator>
#include <unistd.h>

namespace firstlight {

namespace {

constexpr std::size_t largestInput = 64u << 20;
constexpr std::chrono::minutes longestAnswer{10};
constexpr std::string_view standardStream = "-";

struct MediumText {
    Phrase needed;        ///< to ask something
    const char *fileName; ///< for an answer
};

MediumText textOf(Medium medium)
{
    switch (medium) {
    case Medium::Sound:
        return {{"a recording (WAV)", "一段录音（WAV）"}, "answer.wav"};
    case Medium::Picture:
        return {{"a picture (PNG, JPEG or WebP)", "一张图片（PNG、JPEG 或 WebP）"}, "answer.png"};
    case Medium::Score:
        return {{"a score (JSON, as the page saves it)", "一份乐谱（JSON，可由页面保存）"}, "answer.json"};
    case Medium::Text:
        break;
    }
    return {{"text", "文字"}, "answer.txt"};
}

/// The interface of the variant that runs; of the demo, if a catalog changed meanwhile.
Result<Api> apiOf(const Session &session, const RunningDemo &running)
{
    const auto catalog = session.catalog();
    if (!catalog)
        return fail(catalog.error());
    const auto demo = findDemo(*catalog, running.demo);
    if (!demo)
        return fail(demo.error());
    std::string name = demo->interface.api;
    for (const Variant &variant : demo->variants) {
        if (variant.id == running.variant)
            name = interfaceOf(*demo, variant).api;
    }
    const Api *api = apiNamed(name);
    if (!api)
        return fail({.code = "demo-cannot-be-asked",
                     .facts = {{"demo", running.demo}, {"api", name}},
                     .kind = ErrorKind::BadInput});
    return *api;
}

Result<std::string> readInput(const std::string &path)
{
    if (path != standardStream)
        return readFile(path, largestInput);
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

/// UTF-8: a picture would be read aloud letter by letter.
bool isText(const std::string &content)
{
    try {
        static_cast<void>(nlohmann::json(content).dump());
        return true;
    } catch (const nlohmann::json::type_error &) {
        return false;
    }
}

Error needsFile(const Session &session, const RunningDemo &demo, const Api &api)
{
    return {.code = "try-needs-file",
            .facts = {{"demo", demo.demo}, {"needed", session.say(textOf(api.takes).needed)}},
            .kind = ErrorKind::BadInput};
}

Result<Question> questionOf(const Session &session, const RunningDemo &demo, const Api &api)
{
    const Options &options = session.options();
    if (!options.input.empty()) {
        auto content = readInput(options.input);
        if (!content)
            return fail(content.error());
        if (api.takes == Medium::Text && !isText(*content))
            return fail(needsFile(session, demo, api));
        return Question{.content = *std::move(content)};
    }
    if (!options.words.empty() && api.takes == Medium::Text) {
        std::string text;
        for (const std::string &word : options.words)
            text += (text.empty() ? "" : " ") + word;
        return Question{.content = text};
    }
    // A sample shows that it works; of pictures it would be a grey one.
    if (options.words.empty() && api.takes != Medium::Picture) {
        if (auto sample = sampleQuestion(demo, api, session.stopToken()))
            return *std::move(sample);
    }
    return fail(needsFile(session, demo, api));
}

Result<void> writeOutput(const std::string &path, const std::string &content)
{
    if (path != standardStream)
        return writeFileAtomically(path, content);
    std::cout.write(content.data(), static_cast<std::streamsize>(content.size())).flush();
    return std::cout ? Result<void>{} : fail({.code = "file-io", .facts = {{"action", "write"}, {"path", "stdout"}}});
}

void tell(const Session &session, const RunningDemo &demo, const Reply &reply, const std::string &path)
{
    if (session.options().json) {
        nlohmann::json line{{"event", "answer"}, {"demo", demo.demo}, {"variant", demo.variant}};
        if (reply.medium == Medium::Text)
            line["text"] = reply.content;
        line["bytes"] = reply.content.size();
        line["output"] = path.empty() ? nlohmann::json() : nlohmann::json(path);
        if (reply.unit && reply.unitsPerSecond) {
            line["unit"] = nameOf(*reply.unit);
            line["unitsPerSecond"] = *reply.unitsPerSecond;
        }
        writeJsonLine(stdout, line);
        return;
    }
    if (path.empty() || path == standardStream)
        return;
    std::string line = "  " + session.out().good("✔") + " " + path;
    if (reply.unit && reply.unitsPerSecond)
        line += "  " + describe(Speed{*reply.unit, *reply.unitsPerSecond, 1, true}, session.language());
    session.out().line(line);
}

} // namespace

int tryDemo(const Session &session)
{
    const Options &options = session.options();
    auto opened = openEngine(session);
    if (!opened)
        return session.report(opened.error());
    const auto demo = findReachable(session, *(*opened)->engine);
    if (!demo)
        return session.report(demo.error());
    const auto api = apiOf(session, *demo);
    if (!api)
        return session.report(api.error());

    std::string output = options.output;
    if (output.empty() && !options.json && (api->gives == Medium::Text || ::isatty(STDOUT_FILENO) == 0))
        output = standardStream;
    if (output.empty() && !options.json)
        return session.report({.code = "try-needs-output",
                               .facts = {{"demo", demo->demo}, {"file", textOf(api->gives).fileName}},
                               .kind = ErrorKind::BadInput});
    const auto question = questionOf(session, *demo, *api);
    if (!question)
        return session.report(question.error());
    const auto reply = ask(*demo, api->name, *question, longestAnswer, session.stopToken());
    if (!reply)
        return session.report(reply.error());

    if (!output.empty()) {
        const bool line = output == standardStream && reply->medium == Medium::Text;
        if (const auto written = writeOutput(output, line ? reply->content + "\n" : reply->content); !written)
            return session.report(written.error());
    }
    tell(session, *demo, *reply, output);
    return 0;
}

} // namespace firstlight
