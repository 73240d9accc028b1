#include "core/files.h"
#include "text/choice_text.h"
#include "text/engine_text.h"
#include "text/error_text.h"
#include "text/finding_text.h"
#include "text/machine_text.h"
#include "text/quantities.h"
#include "text/template.h"

#include <QTest>
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

constexpr const char *rooms[] = {"core", "hardware", "transfer", "catalog", "runners", "assistant", "cli"};

/// Ends the reading of an archive and never leaves extractMember(), so nobody ever reads a sentence about it.
const std::set<std::string> neverShown{"member-found"};

/// The sources of a room, without comments, whose examples raise nothing.
std::map<std::string, std::string> sourcesOf(const std::string &room)
{
    static const std::regex comment("\n *//[^\n]*");
    std::map<std::string, std::string> sources;
    for (const auto &entry : fs::recursive_directory_iterator(fs::path(FIRSTLIGHT_SOURCE_DIR) / room)) {
        const auto extension = entry.path().extension();
        if (extension == ".cpp" || extension == ".h")
            sources[entry.path().string()]
                = std::regex_replace("\n" + *readFile(entry.path()), comment, "\n");
    }
    return sources;
}

/// Splits what begins at \a start at its top-level commas, up to what closes or ends it.
std::vector<std::string> argumentsFrom(const std::string &text, std::size_t start)
{
    std::vector<std::string> arguments{""};
    int depth = 0;
    bool quoted = false;
    for (std::size_t at = start; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter == '"' && text[at - 1] != '\\')
            quoted = !quoted;
        if (!quoted && std::string_view("([{").find(letter) != std::string_view::npos)
            ++depth;
        if (!quoted
            && (letter == ';'
                || (std::string_view(")]}").find(letter) != std::string_view::npos && --depth < 0)))
            break;
        if (!quoted && depth == 0 && letter == ',')
            arguments.emplace_back();
        else
            arguments.back() += letter;
    }
    return arguments;
}

std::set<std::string> matchesOf(const std::string &text, const std::regex &pattern)
{
    std::set<std::string> matches;
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
        matches.insert((*match)[1]);
    return matches;
}

std::set<std::string> wordsIn(const std::string &expression)
{
    static const std::regex word(R"re("([a-z0-9-]+)")re");
    return matchesOf(expression, word);
}

/// What the function \a name, defined somewhere in \a sources, can return.
std::set<std::string> returnedBy(const std::string &name, const std::map<std::string, std::string> &sources)
{
    static const std::regex returned("\\breturn ([^;]*);");
    std::set<std::string> words;
    const std::regex definition("\\b" + name + R"(\([^)]*\)[ a-z]*\n\{([^]*?)\n\})");
    for (const auto &[file, text] : sources) {
        for (const std::string &body : matchesOf(text, definition)) {
            for (const std::string &expression : matchesOf(body, returned))
                words.merge(wordsIn(expression));
        }
    }
    return words;
}

struct RaisedCodes {
    std::map<std::string, std::string> files; ///< by code
    QStringList hidden;                       ///< places whose code cannot be read off
};

/// Codes behind `.code =`: literal, chosen between, or returned by a function.
void addAssigned(const std::string &file, const std::string &text,
                 const std::map<std::string, std::string> &sources, RaisedCodes &raised)
{
    static const std::regex assignment(R"(\.code\s*=(?!=))");
    static const std::regex call(R"(\b(\w+)\()");
    for (std::sregex_iterator match(text.begin(), text.end(), assignment), end; match != end; ++match) {
        const std::string expression
            = argumentsFrom(text, static_cast<std::size_t>(match->position() + match->length())).front();
        std::set<std::string> words = wordsIn(expression);
        for (const std::string &function : matchesOf(expression, call))
            words.merge(returnedBy(function, sources));
        // A function that takes the code as a parameter: addPassed() looks at those who call it.
        const bool parameter = expression.find_first_not_of(" \n") != std::string::npos
                               && expression.substr(expression.find_first_not_of(" \n")) == "code"
                               && text.find("const std::string &code") != std::string::npos;
        if (words.empty() && !parameter)
            raised.hidden << QString::fromStdString(file + ": .code =" + expression);
        for (const std::string &word : words)
            raised.files[word] = file;
    }
    static const std::regex positional(R"((?:\bfail\(\{|\bError\s?\{)\s*(\x22[^\x22]*\x22))");
    for (const std::string &word : matchesOf(text, positional))
        raised.hidden << QString::fromStdString(file + ": write .code = " + word);
}

/// Codes that are passed to a function with a parameter `const std::string &code`.
void addPassed(const std::map<std::string, std::string> &sources, RaisedCodes &raised)
{
    static const std::regex declaration(R"(\b(\w+)\(((?:[^()]*,\s*)?)const std::string &code\b)");
    std::map<std::string, std::size_t> positions;
    for (const auto &[file, text] : sources) {
        for (std::sregex_iterator match(text.begin(), text.end(), declaration), end; match != end; ++match) {
            const std::string before = (*match)[2];
            positions[(*match)[1]] = static_cast<std::size_t>(std::count(before.begin(), before.end(), ','));
        }
    }
    for (const auto &[function, position] : positions) {
        const std::regex call("\\b" + function + R"(\()");
        for (const auto &[file, text] : sources) {
            for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match) {
                const auto arguments
                    = argumentsFrom(text, static_cast<std::size_t>(match->position() + match->length()));
                if (position >= arguments.size())
                    continue;
                for (const std::string &word : wordsIn(arguments[position]))
                    raised.files[word] = file;
            }
        }
    }
}

RaisedCodes codesInSources()
{
    RaisedCodes raised;
    for (const char *room : rooms) {
        const auto sources = sourcesOf(room);
        for (const auto &[file, text] : sources)
            addAssigned(file, text, sources, raised);
        addPassed(sources, raised);
    }
    for (const std::string &code : neverShown)
        raised.files.erase(code);
    return raised;
}

/// Names between braces.
std::set<std::string> placeholders(std::string_view text)
{
    static const std::regex pattern(R"(\{([a-z-]+)(?::bytes)?\})");
    return matchesOf(std::string(text), pattern);
}

/// Whether each brace and bracket is closed, and none lies inside another of its kind.
bool isWellFormed(std::string_view text)
{
    bool bracket = false;
    bool brace = false;
    for (const char letter : text) {
        if ((letter == '[' && (bracket || brace)) || (letter == ']' && (!bracket || brace))
            || (letter == '{' && brace) || (letter == '}' && !brace))
            return false;
        bracket = letter == '[' || (bracket && letter != ']');
        brace = letter == '{' || (brace && letter != '}');
    }
    return !bracket && !brace;
}

std::vector<ErrorText> allTexts()
{
    std::vector<ErrorText> all;
    for (const auto &room :
         {coreErrors(), hardwareErrors(), transferErrors(), catalogErrors(), runnerErrors(), faceErrors()})
        all.insert(all.end(), room.begin(), room.end());
    return all;
}

} // namespace

class TestText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void remedyOfADeniedDeviceNamesItsGroup()
    {
        Obstacle obstacle{.kind = ObstacleKind::DeviceAccess,
                          .subject = "/dev/dri/renderD128",
                          .needed = "render",
                          .fixable = true};
        for (const Language language : {Language::English, Language::Chinese}) {
            const QString remedy = QString::fromStdString(remedyFor(obstacle, language));
            QVERIFY2(remedy.contains("sudo usermod -aG render \"$USER\""), qPrintable(remedy));
        }
        obstacle.needed.clear(); // root's alone: no group helps
        for (const Language language : {Language::English, Language::Chinese}) {
            const QString remedy = QString::fromStdString(remedyFor(obstacle, language));
            QVERIFY2(!remedy.contains("usermod") && remedy.contains("/dev/dri/renderD128"),
                     qPrintable(remedy));
        }
    }

    void acceleratorsOfAMachine()
    {
        Machine machine;
        Accelerator gpu{.address = "0000:03:00.0",
                        .kind = "gpu",
                        .vendor = "amd",
                        .vendorId = "1002",
                        .deviceId = "744c"};
        gpu.nodes = {{"/dev/kfd", NodeAccess::Denied, "render"}};
        const auto line = [&] {
            machine.accelerators = {gpu};
            QString text;
            for (const auto &[heading, value] : describe(machine, Language::English))
                text += QString::fromStdString(value) + '\n';
            return text;
        };
        QVERIFY(!line().contains("no driver")); // a recording that does not tell
        QVERIFY(line().contains("/dev/kfd can be opened by the group render only"));
        gpu.driverBound = false;
        QVERIFY(line().contains("no driver"));
    }

    void everyErrorHasASentence()
    {
        const RaisedCodes raised = codesInSources();
        QVERIFY(raised.files.size() > 70);
        QVERIFY2(raised.hidden.isEmpty(), qPrintable(raised.hidden.join("\n")));
        QStringList missing;
        for (const auto &[code, file] : raised.files) {
            if (!findErrorText(code))
                missing << QString::fromStdString(code + " (" + file + ")");
        }
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join("\n")));
    }

    void everyFindingHasItsSentence()
    {
        static const std::regex found("\"([a-z-]+)\",\\s+Weight::");
        std::set<std::string> codes;
        for (const auto &[file, text] : sourcesOf("assistant"))
            codes.merge(matchesOf(text, found));
        QVERIFY(codes.size() > 15);
        for (const std::string &code : codes) {
            const Explanation text = explain(Finding{.code = code}, Language::English);
            QVERIFY2(text.sentence != code, code.c_str());
        }
        QCOMPARE(findingSentences().size(), codes.size()); // and none is left over
    }

    void everySentenceIsInBothLanguages_data()
    {
        QTest::addColumn<bool>("ofFindings");
        QTest::newRow("errors") << false;
        QTest::newRow("findings") << true;
    }

    void everySentenceIsInBothLanguages()
    {
        QFETCH(bool, ofFindings);
        const auto findings = findingSentences();
        std::set<std::string_view> seen;
        for (const ErrorText &text :
             ofFindings ? std::vector(findings.begin(), findings.end()) : allTexts()) {
            QVERIFY2(seen.insert(text.code).second,
                     qPrintable("twice: " + QString::fromStdString(std::string(text.code))));
            QVERIFY(!text.sentence.en.empty() && !text.sentence.zh.empty());
            QCOMPARE(text.remedy.en.empty(), text.remedy.zh.empty());
            QCOMPARE(placeholders(text.sentence.en), placeholders(text.sentence.zh));
            QCOMPARE(placeholders(text.remedy.en), placeholders(text.remedy.zh));
            for (const std::string_view words :
                 {text.sentence.en, text.sentence.zh, text.remedy.en, text.remedy.zh})
                QVERIFY2(isWellFormed(words), qPrintable(QString::fromStdString(std::string(words))));
        }
    }

    void sentencesAreSorted()
    {
        for (const auto &room : {findingSentences(), coreErrors(), hardwareErrors(), transferErrors(),
                                 catalogErrors(), runnerErrors(), faceErrors()})
            QVERIFY(
                std::is_sorted(room.begin(), room.end(), [](const ErrorText &left, const ErrorText &right) {
                    return left.code < right.code;
                }));
    }

    /// A misspelt placeholder would leave a gap in the sentence.
    void everyPlaceholderIsAFactOfSomeError()
    {
        std::set<std::string> facts{"detail"};
        for (const char *room : rooms) {
            for (const auto &[file, text] : sourcesOf(room))
                facts.merge(wordsIn(text));
        }
        for (const ErrorText &text : allTexts()) {
            for (const std::string_view words : {text.sentence.en, text.remedy.en}) {
                for (const std::string &name : placeholders(words))
                    QVERIFY2(facts.contains(name),
                             qPrintable(QString::fromStdString(std::string(text.code) + " {" + name + "}")));
            }
        }
    }

    void codesAreFoundHoweverTheyAreRaised()
    {
        const std::string text
            = "\nstd::string later(bool bad)\n{\n    if (bad)\n        return \"a-returned\";\n    return "
              "\"b-returned\";\n}\n"
              "Error named(int place, const std::string &code) { return {.code = code}; }\n"
              "void all() { error.code = count > 0 ? \"a-chosen\" : \"b-chosen\"; fail({.code = later(true), "
              ".facts = {{\"no-code\", \"\"}}});\n"
              "named(f(1, 2), full ? \"a-passed\" : \"b-passed\"); if (error.code == \"compared\") return; "
              "fail({.code = words}); fail({\"bare\"}); }\n";
        const std::map<std::string, std::string> sources{{"file", text}};
        RaisedCodes raised;
        addAssigned("file", text, sources, raised);
        addPassed(sources, raised);
        std::set<std::string> codes;
        for (const auto &[code, file] : raised.files)
            codes.insert(code);
        QCOMPARE(codes, (std::set<std::string>{"a-chosen", "a-passed", "a-returned", "b-chosen", "b-passed",
                                               "b-returned"}));
        QCOMPARE(raised.hidden, (QStringList{"file: .code = words", "file: write .code = \"bare\""}));
    }

    void noSentenceWithoutAnError()
    {
        const auto codes = codesInSources().files;
        QStringList unused;
        for (const ErrorText &text : allTexts()) {
            if (!codes.contains(std::string(text.code)))
                unused << QString::fromStdString(std::string(text.code));
        }
        QVERIFY2(unused.isEmpty(), qPrintable(unused.join(", ")));
    }

    void fillsAndLeavesOut_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("fact") << "no {demo}"
                              << "no caht";
        QTest::newRow("optional kept") << "no {demo}.[ Not {demo}?]"
                                       << "no caht. Not caht?";
        QTest::newRow("optional dropped") << "no {demo}.[ Did you mean {nearest}?]"
                                          << "no caht.";
        QTest::newRow("empty fact drops") << "a[: {empty}]b"
                                          << "ab";
        QTest::newRow("unclosed stays") << "a {demo"
                                        << "a ";
        QTest::newRow("no facts") << "plain"
                                  << "plain";
    }
    void fillsAndLeavesOut()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(fill(text.toStdString(), {{"demo", "caht"}, {"empty", ""}})),
                 expected);
    }

    void explainsCausesAndTheirRemedies()
    {
        const Error error
            = wrap({.code = "process-failed", .facts = {{"program", "podman"}, {"found", "125"}}},
                   {.code = "program-missing", .facts = {{"program", "runc"}}});
        const Explanation english = explain(error, Language::English);
        QVERIFY(english.sentence.find("podman failed (125)") != std::string::npos);
        QVERIFY(english.sentence.find("runc is not installed") != std::string::npos);
        QVERIFY(english.remedy.find("Install it") != std::string::npos);
        QVERIFY(explain(error, Language::Chinese).sentence.find("没有安装") != std::string::npos);
    }

    /// Real facts of each kind that a sentence is easily wrong about: byte counts, missing facts, a log as
    /// the detail.
    void saysExactly_data()
    {
        QTest::addColumn<QString>("code");
        QTest::addColumn<Facts>("facts");
        QTest::addColumn<QString>("detail");
        QTest::addColumn<QString>("english");
        QTest::addColumn<QString>("chinese");
        QTest::newRow("bytes") << "disk-too-small"
                               << Facts{{"path", "/home"}, {"found", "41000000"}, {"needed", "98362432"}}
                               << ""
                               << "Too little space at /home: 98 MB are needed, 41 MB are free."
                               << "/home 所在磁盘空间不足：需要 98 MB，可用 41 MB。";
        QTest::newRow("place") << "catalog-type"
                               << Facts{{"file", "a.yaml"},  {"line", "3"},     {"column", "7"},
                                        {"field", "models"}, {"needed", "map"}, {"found", "list"}}
                               << ""
                               << "a.yaml:3:7: models: needed here: map; found: list."
                               << "a.yaml:3:7: models：此处需要 map，实际为 list。";
        QTest::newRow("whole document")
            << "catalog-type" << Facts{{"file", "a.yaml"}, {"line", "1"},     {"column", "1"},
                                       {"field", ""},      {"needed", "map"}, {"found", "text"}}
            << ""
            << "a.yaml:1:1: needed here: map; found: text."
            << "a.yaml:1:1: 此处需要 map，实际为 text。";
        QTest::newRow("exit code")
            << "demo-died" << Facts{{"demo", "chat"}, {"exit", "3"}, {"log", ""}} << "first\nlast"
            << "chat ended before it was ready (exit code 3). The last it said:\nfirst\nlast"
            << "chat 在就绪之前就结束了（退出码 3）。最后的输出：\nfirst\nlast";
        QTest::newRow("signal") << "demo-died" << Facts{{"demo", "chat"}, {"signal", "11"}} << ""
                                << "chat ended before it was ready (signal 11)."
                                << "chat 在就绪之前就结束了（信号 11）。";
        QTest::newRow("registry of packages")
            << "registry-unreachable" << Facts{{"registry", "pypi"}, {"host", "packages.example"}}
            << "HTTP status 503"
            << "The pypi registry packages.example cannot be used at the moment: HTTP status 503."
            << "pypi 软件源 packages.example 暂时无法使用：HTTP status 503。";
        QTest::newRow("registry of images")
            << "registry-unreachable" << Facts{{"image", "ghcr.io/a:b"}, {"host", "ghcr.io"}} << ""
            << "The registry ghcr.io cannot be used at the moment, so ghcr.io/a:b could not be fetched."
            << "软件源 ghcr.io 暂时无法使用，未能获取 ghcr.io/a:b。";
    }
    void saysExactly()
    {
        QFETCH(QString, code);
        QFETCH(Facts, facts);
        QFETCH(QString, detail);
        QFETCH(QString, english);
        QFETCH(QString, chinese);
        const Error error{.code = code.toStdString(), .facts = facts, .detail = detail.toStdString()};
        QCOMPARE(QString::fromStdString(explain(error, Language::English).sentence), english);
        QCOMPARE(QString::fromStdString(explain(error, Language::Chinese).sentence), chinese);
    }

    /// What systemError() is given anywhere in the sources.
    void everyRefusedActionIsTranslated()
    {
        static const std::regex pattern(R"re(systemError\(\s*\x22([^\x22]+)\x22)re");
        std::set<std::string> actions;
        for (const char *room : {"core", "hardware", "transfer", "catalog", "runners", "cli"}) {
            for (const auto &entry :
                 fs::recursive_directory_iterator(fs::path(FIRSTLIGHT_SOURCE_DIR) / room)) {
                if (entry.path().extension() != ".cpp")
                    continue;
                const std::string text = *readFile(entry.path());
                for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
                     ++match)
                    actions.insert((*match)[1]);
            }
        }
        QVERIFY(actions.size() >= 8);
        for (const std::string &action : actions) {
            const std::string sentence
                = explain(systemError(action, "/x", ENOENT), Language::Chinese).sentence;
            QVERIFY2(sentence.find(action) == std::string::npos, action.c_str());
        }
    }

    void unknownCodeIsShown()
    {
        QCOMPARE(explain({.code = "from-the-future", .detail = "words"}, Language::English).sentence,
                 std::string("from-the-future: words"));
    }

    void everyObstacleSpeaks()
    {
        for (int kind = 0; kind <= static_cast<int>(ObstacleKind::Undescribed); ++kind) {
            const Obstacle obstacle{.kind = static_cast<ObstacleKind>(kind),
                                    .subject = "SUBJECT",
                                    .needed = "NEEDED",
                                    .found = "FOUND",
                                    .fixable = true};
            QVERIFY(!describe(obstacle, Language::English).empty());
            QVERIFY(!describe(obstacle, Language::Chinese).empty());
            QCOMPARE(remedyFor(obstacle, Language::English).empty(),
                     remedyFor(obstacle, Language::Chinese).empty());
        }
    }

    void permissionsSpeak()
    {
        QCOMPARE(describePermission("network", Language::English), std::string("may use the network"));
        QCOMPARE(describePermission("capability:SYS_NICE", Language::English), std::string("has the right SYS_NICE of the kernel"));
        for (const char *permission : {"network", "writable-root", "image-user"})
            QVERIFY(describePermission(permission, Language::Chinese) != describePermission(permission, Language::English));
    }

    void speedsInAPersonsUnits_data()
    {
        QTest::addColumn<int>("unit");
        QTest::addColumn<double>("perSecond");
        QTest::addColumn<QByteArray>("english");
        QTest::newRow("words") << int(WorkUnit::Token) << 53.0 << QByteArray("about 40 words a second");
        QTest::newRow("sound") << int(WorkUnit::AudioSecond) << 12.3 << QByteArray("about 12 × real time");
        QTest::newRow("picture") << int(WorkUnit::Picture) << 0.25 << QByteArray("about 4 s a picture");
        QTest::newRow("slow picture") << int(WorkUnit::Picture) << 1 / 240.0 << QByteArray("about 4 min a picture");
        QTest::newRow("video") << int(WorkUnit::VideoSecond) << 0.1 << QByteArray("about 10 s a second of video");
    }
    void speedsInAPersonsUnits()
    {
        QFETCH(int, unit);
        QFETCH(double, perSecond);
        QFETCH(QByteArray, english);
        const Speed speed{static_cast<WorkUnit>(unit), perSecond, 1.5, false};
        QCOMPARE(QByteArray::fromStdString(describe(speed, Language::English)), english);
        QVERIFY(describe(speed, Language::Chinese) != describe(speed, Language::English));
    }

    /// The arithmetic can be checked with a pocket calculator.
    void estimateShowsItsArithmetic()
    {
        Estimate estimate{.memoryBytes = 300'000'000, .memorySpread = 0.15, .diskBytes = 140'000'000, .speed = Speed{WorkUnit::Token, 100, 1.35, false}};
        EstimateParts parts;
        parts.weightBytes = 100'000'000;
        parts.weightsOnDisk = true;
        parts.contextTokens = 1000;
        parts.kvBytesPerToken = 100'000;
        parts.overheadBytes = 100'000'000;
        parts.imageBytes = 40'000'000;
        parts.readBytesPerUnit = 150'000'000;
        parts.bytesPerSecond = 20e9;
        parts.bandwidthMeasured = true;
        parts.memoryShare = 0.8;
        parts.limitedByMemory = true;
        const std::vector<std::string> lines = describe(estimate, parts, Language::English);
        QCOMPARE(lines.size(), 3u);
        QCOMPARE(lines[0], std::string("memory: 300 MB = 100 MB model + 100 MB context (1000 tokens × 100 kB) + 100 MB engine (± 15 %)"));
        QCOMPARE(lines[1], std::string("disk: 140 MB = 40 MB image + 100 MB model"));
        QCOMPARE(lines[2], std::string("speed: 100 tokens a second (74 to 135) = 80 % of 20 GB a second (measured) ÷ 150 MB a token"));
        estimate.speed->measuredHere = true;
        QVERIFY(describe(estimate, parts, Language::English)[2].ends_with("measured here in earlier runs"));
        QCOMPARE(describe(estimate, parts, Language::Chinese).size(), 3u);
        estimate.speed = Speed{WorkUnit::AudioSecond, 25, 2, false};
        parts.limitedByMemory = false;
        parts.limitedByClock = true;
        parts.cyclesPerUnit = 100e6;
        parts.hertz = 2.5e9;
        QVERIFY(describe(estimate, parts, Language::English)[2].ends_with("= 2.5 GHz (one core) ÷ 100 M cycles a second of sound"));
        QVERIFY(describe(estimate, parts, Language::Chinese)[2].find("2.5 GHz（单核）") != std::string::npos);
    }

    void everyWorkaroundHasASentence()
    {
        static const std::regex pushed(R"re(workarounds\.push_back\(\s*\{"([a-z-]+)")re");
        static const std::regex any(R"(workarounds\.(push_back|emplace_back|insert|assign)\()");
        const std::string source
            = sourcesOf("runners").at(std::string(FIRSTLIGHT_SOURCE_DIR) + "/runners/podman/host_setup.cpp");
        const auto codes = matchesOf(source, pushed);
        QVERIFY(codes.size() >= 9);
        QCOMPARE(std::distance(std::sregex_iterator(source.begin(), source.end(), any), {}),
                 std::distance(std::sregex_iterator(source.begin(), source.end(), pushed), {}));
        for (const std::string &code : codes) {
            for (const Language language : {Language::English, Language::Chinese})
                QVERIFY2(describe(Workaround{code, {}}, language) != code,
                         qPrintable(QString::fromStdString(code)));
        }
        QCOMPARE(describe(Workaround{"from-the-future", {{"path", "/x"}}}, Language::English),
                 std::string("from-the-future path=/x"));
    }

    /// The facts that host_setup.cpp really gives, in the sentences that name them.
    void workaroundsOfAReducedSystem()
    {
        Machine machine;
        machine.engines = Engines{
            .podman
            = Podman{.path = "/usr/bin/podman",
                     .version = "4.3.1",
                     .runtimes = {{.name = "crun",
                                   .path = "/usr/bin/crun",
                                   .works = false,
                                   .reason = "hybrid mode not supported"},
                                  {.name = "runc", .path = "/usr/bin/runc", .works = true, .reason = {}}},
                     .networkBackend = {}},
            .rootless = false,
            .openFilesLimit = 4096,
            .processesLimit = 1000};
        const Directories directories{
            .config = "/c", .data = "/d", .cache = "/k", .state = "/s", .runtime = "/r", .home = "/h"};
        QStringList english;
        QStringList chinese;
        const auto told = [&](const UserEnvironment &user, const Directories &places) {
            const auto setup = planHostSetup(machine, places, user);
            for (const Workaround &workaround : setup->workarounds) {
                english << QString::fromStdString(describe(workaround, Language::English));
                chinese << QString::fromStdString(describe(workaround, Language::Chinese));
            }
        };
        told({}, directories);
        machine.engines->rootless = true;
        machine.engines->systemd = true;
        machine.engines->cgroups = CgroupLayout::V2;
        machine.engines->podman->runtimes.erase(machine.engines->podman->runtimes.begin());
        Directories ownHome = directories;
        ownHome.home.reset();
        told({.storageDriver = "vfs", .runtimeDirectory = false, .registriesConf = {}}, ownHome);
        machine.engines->delegatedControllers = {"memory"};
        told({}, ownHome);
        QCOMPARE(english,
                 (QStringList{"starts containers with runc instead of crun, which cannot run here: hybrid "
                              "mode not supported",
                              "lets a container open 4096 files and start 1000 processes at most: this "
                              "system allows no more",
                              "does without systemd, which does not run here (control groups: cgroupfs, "
                              "events: file, logs: k8s-file)",
                              "keeps images and containers in /h/containers, because FIRSTLIGHT_HOME is set",
                              "keeps its images in /d/containers: your own podman store (vfs) would copy the "
                              "whole image for each container",
                              "keeps podman's short-lived files in /r/xdg, because XDG_RUNTIME_DIR does not "
                              "name a folder of yours",
                              "cannot limit the memory and CPU time of a demo: this system does not let you "
                              "without root (cgroup v2, memory)",
                              "stores images with overlay: vfs, podman's own choice, would copy the whole "
                              "image for each container",
                              "cannot keep a demo to certain CPUs: this system does not let you (cpuset is "
                              "not handed to you)"}));
        QCOMPARE(chinese.size(), english.size());
        QCOMPARE(chinese.front(),
                 QString("用 runc 代替 crun 启动容器，因为后者在这里无法运行：hybrid mode not supported"));
        QCOMPARE(chinese.back(),
                 QString("无法让演示只使用指定的 CPU：此系统不允许您这样做（没有把 cpuset 交给您）"));
    }

    /// What podman's settings and the catalog's own demos prove, kept and not.
    void everyProofHasASentence()
    {
        static const std::regex compared(R"re(compared\(\s*"([a-z-]+)")re");
        static const std::regex asked(R"(\bwhat: ([a-z0-9-]+))");
        std::set<std::string> kinds = matchesOf(
            sourcesOf("runners").at(std::string(FIRSTLIGHT_SOURCE_DIR) + "/runners/podman/proofs.cpp"),
            compared);
        QVERIFY(kinds.size() >= 7);
        std::set<std::string> fromLog;
        for (const auto &entry : fs::directory_iterator(fs::path(FIRSTLIGHT_SOURCE_DIR) / "catalog/demos"))
            fromLog.merge(matchesOf(*readFile(entry.path()), asked));
        QVERIFY(fromLog.size() >= 3);
        kinds.insert(fromLog.begin(), fromLog.end());
        for (const std::string &what : kinds) {
            for (const Language language : {Language::English, Language::Chinese}) {
                const auto inOwnWords = [&](const ProofResult &proof) {
                    ProofResult other = proof;
                    other.what = "unknown-kind";
                    std::string fallback = describe(other, language);
                    fallback.replace(fallback.find(other.what), other.what.size(), what);
                    return describe(proof, language) != fallback;
                };
                QVERIFY2(inOwnWords({what, "1", "1", true}),
                         qPrintable(QString::fromStdString("kept: " + what)));
                QVERIFY2(inOwnWords({what, "1", "2", false}),
                         qPrintable(QString::fromStdString("broken: " + what)));
                QVERIFY2(!fromLog.contains(what) || inOwnWords({what, "", "", true}),
                         qPrintable(QString::fromStdString("silent: " + what)));
            }
        }
    }

    void provesInWords_data()
    {
        QTest::addColumn<ProofResult>("proof");
        QTest::addColumn<QString>("english");
        QTest::addColumn<QString>("chinese");
        const std::string zen4 = "SSE3 = 1 | SSSE3 = 1 | AVX = 1 | AVX2 = 1 | F16C = 1 | FMA = 1 | BMI2 = 1 "
                                 "| AVX512 = 1 | AVX512_VBMI = 1 | AVX512_VNNI = 1 | "
                                 "AVX512_BF16 = 1 | LLAMAFILE = 1 | OPENMP = 1 | REPACK = 1";
        QTest::newRow("Zen 4") << ProofResult{"cpu-build", zen4, "", true}
                               << "runs the CPU build for AVX512_BF16, AVX512_VNNI, AVX512"
                               << "运行的是针对 AVX512_BF16、AVX512_VNNI、AVX512 的 CPU 版本";
        QTest::newRow("Arm") << ProofResult{"cpu-build", "NEON = 1 | ARM_FMA = 1 | DOTPROD = 1", "", true}
                             << "runs the CPU build for DOTPROD, NEON"
                             << "运行的是针对 DOTPROD、NEON 的 CPU 版本";
        QTest::newRow("plain CPU") << ProofResult{"cpu-build",
                                                  "SSE3 = 1 | LLAMAFILE = 1 | OPENMP = 1 | REPACK = 1", "",
                                                  true}
                                   << "runs the CPU build for SSE3"
                                   << "运行的是针对 SSE3 的 CPU 版本";
        QTest::newRow("build by name")
            << ProofResult{"cpu-build", "haswell", "zen4", false}
            << "does NOT run the CPU build that was promised: zen4; it runs the one for haswell. It may be "
               "slow; try another variant of it."
            << "【未兑现】应运行针对 zen4 的 CPU 版本，实际是 haswell。速度可能较慢；请换一个版本再试。";
        QTest::newRow("silent log") << ProofResult{"threads", "", "", true}
                                    << "does not tell in its log with how many threads it computes"
                                    << "日志没有说明使用多少个线程计算";
        QTest::newRow("threads")
            << ProofResult{"threads", "1", "2", false}
            << "does NOT compute with 2 threads as planned, but with 1. It may be slow; stop it and start it "
               "again."
            << "【未兑现】应使用 2 个线程计算，实际为 1。速度可能较慢；请停止后重新启动。";
        QTest::newRow("GPU is not found in the log")
            << ProofResult{"gpu", "", "[1-9][0-9]*", false}
            << "does NOT use the GPU, though that was promised. It answers, but slowly; see what is found of "
               "the GPU: firstlight machine"
            << "【未兑现】本应使用 GPU，却没有使用。它可以回答，但很慢；查看 GPU 的检测结果：firstlight "
               "machine";
        QTest::newRow("memory") << ProofResult{"memory-limit", "536870912", "536870912", true}
                                << "may use 537 MB of memory at most"
                                << "最多可使用 537 MB 内存";
        QTest::newRow("no memory limit")
            << ProofResult{"memory-limit", "", "536870912", false}
            << "is NOT held to 537 MB of memory. If memory becomes scarce, stop it."
            << "【未兑现】内存应限制为 537 MB。如果内存不足，请将其停止。";
        QTest::newRow("CPU time") << ProofResult{"cpu-limit", "150000", "150000", true}
                                  << "may use the time of 1.5 CPUs at most"
                                  << "最多可使用 1.5 个 CPU 的时间";
        QTest::newRow("unknown kept") << ProofResult{"tokens", "7", "", true} << "tokens: 7"
                                      << "tokens：7";
        QTest::newRow("unknown silent")
            << ProofResult{"tokens", "", "", true} << "tokens: its log does not tell"
            << "tokens：日志没有说明";
        QTest::newRow("unknown broken")
            << ProofResult{"tokens", "7", "8", false}
            << "tokens: 8 was promised, but NOT kept; found: 7. Its log may tell why."
            << "【未兑现】tokens：应为 8，实际为 7。原因可能在它的日志中。";
    }
    void provesInWords()
    {
        QFETCH(ProofResult, proof);
        QFETCH(QString, english);
        QFETCH(QString, chinese);
        QCOMPARE(QString::fromStdString(describe(proof, Language::English)), english);
        QCOMPARE(QString::fromStdString(describe(proof, Language::Chinese)), chinese);
    }

    void countsBytesAsPeopleDo_data()
    {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QString>("expected");
        QTest::newRow("none") << quint64(0) << "0 B";
        QTest::newRow("model") << quint64(98362432) << "98 MB";
        QTest::newRow("one digit") << quint64(1500) << "1.5 kB";
        QTest::newRow("rounds up a unit") << quint64(999'999) << "1.0 MB";
        QTest::newRow("large") << quint64(42'000'000'000) << "42 GB";
    }
    void countsBytesAsPeopleDo()
    {
        QFETCH(quint64, bytes);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(inBytes(bytes)), expected);
    }
};

QTEST_APPLESS_MAIN(TestText)
#include "tst_text.moc"
