#include "runners/podman/container_image.h"
#include "runners/podman/image_reference.h"
#include "runners/podman/json_fields.h"
#include "runners/podman/log_frames.h"
#include "runners/podman/proofs.h"
#include "runners/podman/pull_progress.h"
#include "runners/podman/readiness.h"

#include "../images/recorded_progress.h"
#include "plans.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <functional>
#include <limits>

using namespace firstlight;
using nlohmann::json;
using namespace std::string_literals;

/// What podman 4.3.1 and 5.x were heard to say, and what is made of it.
class TestPodmanReplies : public QObject {
    Q_OBJECT

private slots:
    void logFramesAtEveryCut();
    void logFrames_data();
    void logFrames();
    void logWithoutNewlinesIsGivenInPieces();
    void pullProgress_data();
    void pullProgress();
    void pullProgressEndsWithTheBytes();
    void pullErrors_data();
    void pullErrors();
    void imageReferences_data();
    void imageReferences();
    void jsonFields_data();
    void jsonFields();
    void proofsFromTheLog_data();
    void proofsFromTheLog();
    void proofsFromTheLogKeepTheirOrder();
    void settingsThatCameTrue();
    void settingsThatDidNot_data();
    void settingsThatDidNot();
    void settingsNobodyAskedFor();
    void readinessDelays();
};

namespace {

/// As the log endpoint frames it: [stream][0 0 0][length, big endian][payload].
std::string frame(char stream, const std::string &payload)
{
    std::string bytes{stream, 0, 0, 0};
    for (const int shift : {24, 16, 8, 0})
        bytes += static_cast<char>(payload.size() >> shift & 0xff);
    return bytes + payload;
}

const std::string threeLines
    = frame(1, "starting\n") + frame(2, "warning: 2\xc2\xb0\n") + frame(1, "ready\n");

/// What comes out of \a bytes given in pieces of \a size, with a mark where finish() was called.
QStringList linesOf(const std::string &bytes, std::size_t size)
{
    QStringList lines;
    LogFrames frames([&](const std::string &line) { lines << QString::fromStdString(line); });
    for (std::size_t start = 0; start < bytes.size(); start += size)
        frames.add(std::string_view(bytes).substr(start, size));
    lines << "<end>";
    frames.finish();
    return lines;
}

} // namespace

void TestPodmanReplies::logFramesAtEveryCut()
{
    const std::vector<std::string> expected{"starting", "warning: 2\xc2\xb0", "ready"};
    for (std::size_t cut = 0; cut <= threeLines.size(); ++cut) {
        std::vector<std::string> lines;
        LogFrames frames([&](const std::string &line) { lines.push_back(line); });
        frames.add(std::string_view(threeLines).substr(0, cut));
        frames.add(std::string_view(threeLines).substr(cut));
        QVERIFY2(lines == expected, ("cut at " + std::to_string(cut)).c_str());
        frames.finish();
        QCOMPARE(lines.size(), std::size_t(3));
    }
}

void TestPodmanReplies::logFrames_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("lines");
    const auto row = [](const char *name, const std::string &bytes, const QStringList &lines) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << lines;
    };
    row("nothing", "", {"<end>"});
    row("whole lines come at once", threeLines, {"starting", "warning: 2°", "ready", "<end>"});
    row("a line without newline comes at the end", frame(1, "no newline"), {"<end>", "no newline"});
    row("a line in several frames", frame(1, "a") + frame(1, "b") + frame(1, "c\n"), {"abc", "<end>"});
    row("both outputs at once do not mix",
        frame(1, "out ") + frame(2, "err ") + frame(1, "1\n") + frame(2, "2\n"), {"out 1", "err 2", "<end>"});
    row("several lines in one frame", frame(1, "a\nb\nc"), {"a", "b", "<end>", "c"});
    row("empty lines are lines", frame(1, "\n\n"), {"", "", "<end>"});
    row("an empty frame is none", frame(1, "") + frame(1, "a\n"), {"a", "<end>"});
    row("a terminal's line ends", frame(1, "a\r") + frame(1, "\nb\r\n"), {"a", "b", "<end>"});
    row("a carriage return within a line stays", frame(1, "10 %\r20 %\n"), {"10 %\r20 %", "<end>"});
    row("zero bytes", frame(1, "a\0b\n"s), {QString::fromStdString("a\0b"s), "<end>"});
    row("more than 255 bytes", frame(1, std::string(70000, 'x') + "\n"), {QString(70000, 'x'), "<end>"});
    row("a frame that never became whole", frame(1, "a\n") + frame(1, "lost\n").substr(0, 10),
        {"a", "<end>"});
    row("a header that never became whole", frame(1, "a\n") + "\1\0"s, {"a", "<end>"});
}

void TestPodmanReplies::logFrames()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, lines);
    for (const std::size_t size : {1u, 3u, 8u, 4096u, 1u << 20})
        QCOMPARE(linesOf(bytes.toStdString(), size), lines);
}

void TestPodmanReplies::logWithoutNewlinesIsGivenInPieces()
{
    std::size_t given = 0;
    std::size_t longest = 0;
    LogFrames frames([&](const std::string &line) {
        given += line.size();
        longest = std::max(longest, line.size());
    });
    const std::string piece = frame(1, std::string(32768, '.'));
    for (int count = 0; count < 256; ++count)
        frames.add(piece);
    QVERIFY2(given > (6u << 20), "8 MiB were kept in memory");
    QVERIFY(longest < (2u << 20));
    frames.finish();
    QCOMPARE(given, std::size_t(8u << 20));
}

namespace {

constexpr auto pulling = R"({"status":"Pulling fs layer","progressDetail":{},"id":"%"})";
constexpr auto downloading
    = R"({"status":"Downloading","progressDetail":{"current":9010780,"total":60007617},"progress":"[=>  ]","id":"%"})";
constexpr auto nearlyThere
    = R"({"status":"Downloading","progressDetail":{"current":60000000,"total":60007617},"progress":"[==> ]","id":"%"})";
constexpr auto noTotalYet = R"({"status":"Downloading","progressDetail":{"current":500},"id":"%"})";
constexpr auto complete = R"({"status":"Download complete","progressDetail":{},"id":"%"})";
constexpr auto alreadyThere = R"({"status":"Already exists","progressDetail":{},"id":"%"})";

QString layer(const char *object, const char *id)
{
    return QString(object).replace('%', id);
}

} // namespace

void TestPodmanReplies::pullProgress_data()
{
    QTest::addColumn<QStringList>("objects");
    QTest::addColumn<qulonglong>("done");
    QTest::addColumn<qlonglong>("total"); // -1: not known
    const auto row = [](const char *name, const QStringList &objects, qulonglong done, qlonglong total) {
        QTest::newRow(name) << objects << done << total;
    };
    row("a layer that has not said its size", {layer(pulling, "a")}, 0, -1);
    row("one layer", {layer(pulling, "a"), layer(downloading, "a")}, 9010780, 60007617);
    row("the sum is no total while one layer is silent",
        {layer(pulling, "a"), layer(pulling, "b"), layer(downloading, "a")}, 9010780, -1);
    row("two layers", {layer(downloading, "a"), layer(downloading, "b")}, 18021560, 120015234);
    row("a later word counts", {layer(downloading, "a"), layer(nearlyThere, "a")}, 60000000, 60007617);
    row("complete is all of it", {layer(downloading, "a"), layer(complete, "a"), layer(downloading, "b")},
        69018397, 120015234);
    row("a small layer never says its size",
        {layer(pulling, "a"), layer(complete, "a"), layer(downloading, "b")}, 9010780, 60007617);
    row("what is there already costs nothing", {layer(alreadyThere, "a"), layer(downloading, "b")}, 9010780,
        60007617);
    row("a size that comes later", {layer(noTotalYet, "a"), layer(downloading, "b")}, 9011280, -1);
    row("all there", {layer(alreadyThere, "a"), layer(alreadyThere, "b")}, 0, -1);
    row("the refusal of podman 4.3",
        {layer(downloading, "a"),
         R"({"progressDetail":{},"errorDetail":{"message":"manifest unknown"},"error":"x"})",
         layer(downloading, "a")},
        9010780, 60007617);
    row("objects of other shapes change nothing",
        {layer(downloading, "a"), "null", "[]", R"("text")", R"({"id":7})",
         R"({"id":"","status":"Downloading"})", R"({"stream":"Trying to pull"})", layer(downloading, "a")},
        9010780, 60007617);
    row("fields of other types",
        {R"({"status":"Downloading","progressDetail":{"current":"9","total":"10"},"id":"a"})",
         layer(downloading, "b")},
        9010780, -1);
}

void TestPodmanReplies::pullProgress()
{
    QFETCH(QStringList, objects);
    QFETCH(qulonglong, done);
    QFETCH(qlonglong, total);
    RecordedProgress progress;
    PullProgress pull(progress, "ghcr.io/example/web:1");
    for (qsizetype index = 0; index < objects.size(); ++index) {
        // Updates that follow each other faster are not passed on, and the last is the one to be seen.
        if (index == objects.size() - 1)
            QTest::qSleep(120);
        pull.add(json::parse(objects[index].toStdString()));
    }
    const ProgressUpdate last = progress.updates.back();
    QCOMPARE(last.phase, std::string("download"));
    QCOMPARE(last.subject, std::string("ghcr.io/example/web:1"));
    QCOMPARE(last.unit, ProgressUnit::Bytes);
    QCOMPARE(last.done, std::uint64_t(done));
    QCOMPARE(last.total ? qlonglong(*last.total) : -1, total);
    QVERIFY(!last.finished);
}

void TestPodmanReplies::pullProgressEndsWithTheBytes()
{
    RecordedProgress progress;
    PullProgress pull(progress, "ghcr.io/example/web:1");
    for (const auto &object : {layer(alreadyThere, "a"), layer(pulling, "b"), layer(downloading, "b"),
                               layer(nearlyThere, "b"), layer(complete, "b"), layer(complete, "config")})
        pull.add(json::parse(object.toStdString()));
    pull.finish();
    QVERIFY(progress.updates.back().finished);
    QCOMPARE(progress.updates.back().done, std::uint64_t(60007617));
    QCOMPARE(progress.updates.back().total, std::optional<std::uint64_t>(60007617));
}

void TestPodmanReplies::pullErrors_data()
{
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("code");
    const auto row
        = [](const char *name, const char *words, const char *code) { QTest::newRow(name) << words << code; };
    row("4.3.1, no such tag",
        "initializing source docker://reg.example:5001/demo/web:1: reading manifest 1 in "
        "reg.example:5001/demo/web: manifest "
        "unknown",
        "image-unknown");
    row("5.4.2, no such tag", "manifest unknown: manifest unknown", "image-unknown");
    row("no such repository",
        "reading manifest 1 in reg.example:5001/demo/web: name unknown: repository name not known to "
        "registry",
        "image-unknown");
    row("Docker Hub, no such repository",
        "reading manifest latest in docker.io/library/nope: errors:\ndenied: requested access to the "
        "resource is denied\n"
        "unauthorized: authentication required",
        "image-unknown");
    row("nobody listens",
        "initializing source docker://reg.example:5001/demo/web:1: pinging container registry "
        "reg.example:5001: Get "
        "\"http://reg.example:5001/v2/\": dial tcp 127.0.0.1:5001: connect: connection refused",
        "registry-unreachable");
    row("no such host",
        "Get \"https://reg.example:5001/v2/\": dial tcp: lookup reg.example on 10.0.0.2:53: no such host",
        "registry-unreachable");
    row("no name server",
        "dial tcp: lookup reg.example on 10.0.0.2:53: read udp 10.0.0.9:1->10.0.0.2:53: i/o timeout",
        "registry-unreachable");
    row("no network", "dial tcp 203.0.113.1:5001: connect: network is unreachable", "registry-unreachable");
    row("no route", "dial tcp 203.0.113.1:5001: connect: no route to host", "registry-unreachable");
    row("TLS", "Get \"https://reg.example:5001/v2/\": net/http: TLS handshake timeout",
        "registry-unreachable");
    row("cut off",
        "reading blob sha256:1: read tcp 10.0.0.9:4->203.0.113.1:5001: read: connection reset by peer",
        "registry-unreachable");
    row("signature", "Source image rejected: A signature was required, but no signature exists",
        "image-pull-failed");
    row("policy", "Running image docker://reg.example:5001/demo/web:1 is rejected by policy.",
        "image-pull-failed");
    row("damaged blob", "writing blob: Digest did not match, expected sha256:1, got sha256:2",
        "image-pull-failed");
    row("disk full", "writing blob: storing blob to file: write /var/tmp/x: no space left on device",
        "image-pull-failed");
    row("rate limit", "toomanyrequests: You have reached your pull rate limit.", "image-pull-failed");
    row("nothing said", "", "image-pull-failed");
}

void TestPodmanReplies::pullErrors()
{
    QFETCH(QString, words);
    QFETCH(QString, code);
    const std::string image = "reg.example:5001/demo/web:1";
    const Error error = pullError(image, words.toStdString());
    QCOMPARE(QString::fromStdString(error.code), code);
    QCOMPARE(error.detail, words.toStdString());
    QCOMPARE(error.kind, ErrorKind::Failed);
    Facts facts{{"image", image}, {"host", "reg.example:5001"}};
    if (code == "image-unknown")
        facts.erase("host");
    QCOMPARE(error.facts, facts);
}

void TestPodmanReplies::imageReferences_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("parts"); // repository, tag, digest, host, exact
    const auto row = [](const char *text, const QStringList &parts) { QTest::newRow(text) << text << parts; };
    row("ghcr.io/ggml-org/llama.cpp:server",
        {"ghcr.io/ggml-org/llama.cpp", "server", "", "ghcr.io", "ghcr.io/ggml-org/llama.cpp:server"});
    row("ghcr.io/ggml-org/llama.cpp",
        {"ghcr.io/ggml-org/llama.cpp", "latest", "", "ghcr.io", "ghcr.io/ggml-org/llama.cpp:latest"});
    row("127.0.0.1:5000/web",
        {"127.0.0.1:5000/web", "latest", "", "127.0.0.1:5000", "127.0.0.1:5000/web:latest"});
    row("127.0.0.1:5000/a/web:1.0-rc.1",
        {"127.0.0.1:5000/a/web", "1.0-rc.1", "", "127.0.0.1:5000", "127.0.0.1:5000/a/web:1.0-rc.1"});
    row("localhost/firstlight/chat:0123456789abcdef",
        {"localhost/firstlight/chat", "0123456789abcdef", "", "localhost",
         "localhost/firstlight/chat:0123456789abcdef"});
    row("quay.io/a/b@sha256:00ff", {"quay.io/a/b", "", "sha256:00ff", "quay.io", "quay.io/a/b@sha256:00ff"});
    row("quay.io:443/a/b:1@sha256:00ff",
        {"quay.io:443/a/b", "1", "sha256:00ff", "quay.io:443", "quay.io:443/a/b@sha256:00ff"});
    row("busybox:1.36", {"busybox", "1.36", "", "busybox", "busybox:1.36"});
    row("[::1]:5000/web:1", {"[::1]:5000/web", "1", "", "[::1]:5000", "[::1]:5000/web:1"});
}

void TestPodmanReplies::imageReferences()
{
    QFETCH(QString, text);
    QFETCH(QStringList, parts);
    const ImageReference reference = parseImageReference(text.toStdString());
    QStringList found;
    for (const std::string &part :
         {reference.repository, reference.tag, reference.digest, reference.host(), reference.exact()})
        found << QString::fromStdString(part);
    QCOMPARE(found, parts);
    QCOMPARE(parseImageReference(reference.exact()).exact(), reference.exact());
}

void TestPodmanReplies::jsonFields_data()
{
    QTest::addColumn<QString>("answer");
    QTest::addColumn<QString>("text");
    QTest::addColumn<qlonglong>("number"); // -99: none
    QTest::addColumn<bool>("truth");
    const auto row = [](const char *name, const char *answer, const char *text, qlonglong number,
                        bool truth) { QTest::newRow(name) << answer << text << number << truth; };
    row("text", R"({"State":{"Pid":"7"}})", "7", -99, false);
    row("number", R"({"State":{"Pid":7}})", "", 7, false);
    row("negative number", R"({"State":{"Pid":-1}})", "", -1, false);
    row("number with a fraction", R"({"State":{"Pid":7.5}})", "", 7, false);
    row("largest number", R"({"State":{"Pid":9223372036854775807}})", "",
        std::numeric_limits<qlonglong>::max(), false);
    row("number that does not fit", R"({"State":{"Pid":18446744073709551615}})", "", -99, false);
    row("far too large a number", R"({"State":{"Pid":1e300}})", "", -99, false);
    row("true", R"({"State":{"Pid":true}})", "", -99, true);
    row("false", R"({"State":{"Pid":false}})", "", -99, false);
    row("true as text", R"({"State":{"Pid":"true"}})", "true", -99, false);
    row("null", R"({"State":{"Pid":null}})", "", -99, false);
    row("list", R"({"State":{"Pid":["7"]}})", "", -99, false);
    row("object", R"({"State":{"Pid":{"Pid":7}}})", "", -99, false);
    row("not there", R"({"State":{}})", "", -99, false);
    row("parent not there", R"({})", "", -99, false);
    row("parent is a list", R"({"State":[1]})", "", -99, false);
    row("parent is text", R"({"State":"Pid"})", "", -99, false);
    row("parent is null", R"({"State":null})", "", -99, false);
    row("a list instead", R"([])", "", -99, false);
    row("null instead", R"(null)", "", -99, false);
    row("text instead", R"("State")", "", -99, false);
}

void TestPodmanReplies::jsonFields()
{
    QFETCH(QString, answer);
    QFETCH(QString, text);
    QFETCH(qlonglong, number);
    QFETCH(bool, truth);
    const json parsed = json::parse(answer.toStdString());
    QCOMPARE(textAt(parsed, "/State/Pid"), text.toStdString());
    QCOMPARE(qlonglong(numberAt(parsed, "/State/Pid").value_or(-99)), number);
    QCOMPARE(trueAt(parsed, "/State/Pid"), truth);
}

void TestPodmanReplies::proofsFromTheLog_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<QStringList>("log");
    QTest::addColumn<QString>("found");
    QTest::addColumn<bool>("kept");
    const auto row = [](const char *name, const char *pattern, const char *expected, const QStringList &log,
                        const char *found,
                        bool kept) { QTest::newRow(name) << pattern << expected << log << found << kept; };
    const QStringList log{"system_info: n_threads = 4 (n_threads_batch = 4) / 8",
                          "load_backend: loaded CPU backend from "
                          "/app/libggml-cpu-haswell.so",
                          "load_backend: loaded CPU backend from /app/libggml-cpu-icelake.so"};
    row("as expected", "n_threads = ([0-9]+)", "4", log, "4", true);
    row("not as expected", "n_threads = ([0-9]+)", "8", log, "4", false);
    row("not a part of it", "n_threads = ([0-9]+)", "44", log, "4", false);
    row("expected by a pattern", "libggml-cpu-([a-z0-9]+)", "haswell|icelake", log, "haswell", true);
    row("a pattern must fit all of it", "libggml-cpu-([a-z0-9]+)", "has|ice", log, "haswell", false);
    row("the first line that fits", "libggml-cpu-([a-z0-9]+)", "", log, "haswell", true);
    row("no group: all that fits", "n_threads = [0-9]+", "", log, "n_threads = 4", true);
    row("only the first group", "n_threads = ([0-9]+) \\(([a-z_]+)", "", log, "4", true);
    row("found nowhere, something expected", "offloaded ([0-9]+)/", "33", log, "", false);
    row("found nowhere, anything expected", "offloaded ([0-9]+)/", "", log, "", true);
    row("found nowhere, where even nothing would fit", "offloaded ([0-9]+)/", "[0-9]*", log, "", false);
    row("found, and it is empty", "load_backend:( fast)? loaded", "[ a-z]*", log, "", true);
    row("no log", "n_threads = ([0-9]+)", "4", {}, "", false);
    row("a bad pattern proves nothing", "n_threads = ([0-9]+", "4", log, "", false);
    row("a bad pattern, anything expected", "*", "", log, "", true);
    row("a bad expectation proves nothing", "n_threads = ([0-9]+)", "(4", log, "", false);
    row("an expectation with its own letters", "version (\\S+)", "1.0+cpu", {"version 1.0+cpu"}, "1.0+cpu",
        true);
    row("behind the first 4 KiB of a line", "n_threads = ([0-9]+)", "4",
        {QString(5000, 'x') + "n_threads = 4"}, "", false);
    row("within a line that is too long", "n_threads = ([0-9]+)", "4",
        {"n_threads = 4 " + QString(1 << 20, 'x')}, "4", true);
    row("a pattern that runs through all of a long line", "(.*)", "", {QString(1 << 20, 'x')},
        QByteArray(4096, 'x'), true);
}

void TestPodmanReplies::proofsFromTheLog()
{
    QFETCH(QString, pattern);
    QFETCH(QString, expected);
    QFETCH(QStringList, log);
    QFETCH(QString, found);
    QFETCH(bool, kept);
    std::vector<std::string> lines;
    for (const QString &line : log)
        lines.push_back(line.toStdString());
    const ProofNeed need{
        .what = "it", .logPattern = pattern.toStdString(), .expected = expected.toStdString()};
    const auto proofs = proofsFromLog({need}, lines);
    QCOMPARE(proofs.size(), std::size_t(1));
    QCOMPARE(proofs[0].what, std::string("it"));
    QCOMPARE(QString::fromStdString(proofs[0].found), found);
    QCOMPARE(QString::fromStdString(proofs[0].expected), expected);
    QCOMPARE(proofs[0].kept, kept);
}

void TestPodmanReplies::proofsFromTheLogKeepTheirOrder()
{
    const auto proofs
        = proofsFromLog({{"b", "b=(.)", "1"}, {"bad", "(", "1"}, {"a", "a=(.)", "2"}}, {"a=2 b=1"});
    const std::vector<ProofResult> expected{
        {"b", "1", "1", true}, {"bad", "", "1", false}, {"a", "2", "2", true}};
    QVERIFY(proofs == expected);
    QVERIFY(proofsFromLog({}, {"a=2 b=1"}).empty());
}

namespace {

using Change = std::function<void(json &inspected, std::string &status)>;

/// Parts of GET containers/ID/json, the same in 4.3.1 and in 5.4.2 below the prefix v4.0.0.
json keptSettings()
{
    return json::parse(R"({
        "State": {"Status": "running", "Pid": 4711},
        "HostConfig": {
            "Memory": 536870912, "MemorySwap": 536870912, "CpuQuota": 150000, "CpuPeriod": 100000,
            "CpusetCpus": "0-2,6", "PidsLimit": 256, "ReadonlyRootfs": true, "SecurityOpt": ["no-new-privileges"],
            "CapDrop": ["CAP_AUDIT_WRITE", "CAP_CHOWN"], "NetworkMode": "none"
        }})");
}

constexpr auto keptStatus
    = "Name:\tllama-server\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t4711\nCapInh:\t0000000000000000\n"
      "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
      "NoNewPrivs:\t1\nSeccomp:\t2\n";

QStringList described(const std::vector<ProofResult> &proofs)
{
    QStringList lines;
    for (const ProofResult &proof : proofs)
        lines << QString("%1: found \"%2\", expected \"%3\", %4")
                     .arg(proof.what.c_str(), proof.found.c_str(), proof.expected.c_str(),
                          proof.kept ? "kept" : "broken");
    return lines;
}

void replace(std::string &text, const std::string &old, const std::string &with)
{
    const auto at = text.find(old);
    if (at == std::string::npos)
        qFatal("nothing to replace");
    text.replace(at, old.size(), with);
}

} // namespace

void TestPodmanReplies::settingsThatCameTrue()
{
    const QStringList expected{"memory-limit: found \"536870912\", expected \"536870912\", kept",
                               "cpu-limit: found \"150000\", expected \"150000\", kept",
                               "cpuset: found \"0-2,6\", expected \"0-2,6\", kept",
                               "process-limit: found \"256\", expected \"256\", kept",
                               "read-only-root: found \"yes\", expected \"yes\", kept",
                               "no-new-privileges: found \"yes\", expected \"yes\", kept",
                               "network: found \"none\", expected \"none\", kept",
                               "capabilities: found \"none\", expected \"none\", kept"};
    QCOMPARE(described(proofsOfSettings(plans::chat(), keptSettings(), keptStatus)), expected);
    // Another user's process cannot be looked at: podman's word is taken where it says anything.
    QCOMPARE(described(proofsOfSettings(plans::chat(), keptSettings(), "")), expected.first(7));
}

void TestPodmanReplies::settingsThatDidNot_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("broken");
    const auto row = [](const char *name, const Change &change, const char *broken) {
        QTest::newRow(name) << change << broken;
    };
    row(
        "rootless, cgroup v1: no memory limit",
        [](json &inspected, std::string &) { inspected["HostConfig"]["Memory"] = 0; },
        "memory-limit: found \"\", expected \"536870912\", broken");
    row(
        "another memory limit",
        [](json &inspected, std::string &) { inspected["HostConfig"]["Memory"] = 536870913; },
        "memory-limit: found \"536870913\", expected \"536870912\", broken");
    row(
        "a limit that is not told",
        [](json &inspected, std::string &) { inspected["HostConfig"].erase("CpuQuota"); },
        "cpu-limit: found \"\", expected \"150000\", broken");
    row(
        "a limit of another type",
        [](json &inspected, std::string &) { inspected["HostConfig"]["PidsLimit"] = "256"; },
        "process-limit: found \"\", expected \"256\", broken");
    row(
        "no CPU set", [](json &inspected, std::string &) { inspected["HostConfig"]["CpusetCpus"] = ""; },
        "cpuset: found \"\", expected \"0-2,6\", broken");
    row(
        "writable root",
        [](json &inspected, std::string &) { inspected["HostConfig"]["ReadonlyRootfs"] = false; },
        "read-only-root: found \"no\", expected \"yes\", broken");
    row(
        "the kernel allows new privileges",
        [](json &, std::string &status) { replace(status, "NoNewPrivs:\t1", "NoNewPrivs:\t0"); },
        "no-new-privileges: found \"no\", expected \"yes\", broken");
    row(
        "the kernel says nothing of new privileges",
        [](json &, std::string &status) { replace(status, "NoNewPrivs:\t1\n", ""); },
        "no-new-privileges: found \"no\", expected \"yes\", broken");
    row(
        "podman allows new privileges and the kernel cannot be asked",
        [](json &inspected, std::string &status) {
            inspected["HostConfig"]["SecurityOpt"] = json::array();
            status.clear();
        },
        "no-new-privileges: found \"no\", expected \"yes\", broken");
    row(
        "a network",
        [](json &inspected, std::string &) { inspected["HostConfig"]["NetworkMode"] = "bridge"; },
        "network: found \"bridge\", expected \"none\", broken");
    row(
        "podman does not tell of the network",
        [](json &inspected, std::string &) { inspected["HostConfig"].erase("NetworkMode"); },
        "network: found \"\", expected \"none\", broken");
    row(
        "a capability is left",
        [](json &, std::string &status) {
            replace(status, "CapEff:\t0000000000000000", "CapEff:\t0000000000000400");
        },
        "capabilities: found \"0000000000000400\", expected \"none\", broken");
    row(
        "the kernel says nothing of capabilities",
        [](json &, std::string &status) { replace(status, "CapEff:\t0000000000000000\n", ""); },
        "capabilities: found \"\", expected \"none\", broken");
    row(
        "a line that is empty",
        [](json &, std::string &status) { replace(status, "CapEff:\t0000000000000000", "CapEff:\t"); },
        "capabilities: found \"\", expected \"none\", broken");
}

void TestPodmanReplies::settingsThatDidNot()
{
    QFETCH(Change, change);
    QFETCH(QString, broken);
    json inspected = keptSettings();
    std::string status = keptStatus;
    change(inspected, status);
    const QStringList lines = described(proofsOfSettings(plans::chat(), inspected, status));
    QCOMPARE(lines.filter("broken"), QStringList{broken});
}

void TestPodmanReplies::settingsNobodyAskedFor()
{
    LaunchPlan open;
    open.publication.throughSocket = false;
    open.security = {.readOnlyRoot = false,
                     .dropAllCapabilities = false,
                     .noNewPrivileges = false,
                     .user = {},
                     .permissions = {}};
    QCOMPARE(described(proofsOfSettings(open, keptSettings(), keptStatus)),
             QStringList{"process-limit: found \"256\", expected \"512\", broken"});
    // The exception allows the capability; which one it is was said before the start.
    LaunchPlan excepted = plans::chat();
    excepted.security.permissions = {"capability:SYS_NICE"};
    std::string status = keptStatus;
    replace(status, "CapEff:\t0000000000000000", "CapEff:\t0000000000800000");
    QVERIFY(described(proofsOfSettings(excepted, keptSettings(), status)).filter("capabilities").empty());
    // An answer that is none proves nothing.
    for (const json &answer : {json(), json::array(), json("text"), json{{"HostConfig", 7}}}) {
        for (const ProofResult &proof : proofsOfSettings(plans::chat(), answer, ""))
            QVERIFY2(!proof.kept, proof.what.c_str());
    }
}

void TestPodmanReplies::readinessDelays()
{
    using std::chrono::milliseconds;
    milliseconds delay = nextReadinessDelay(milliseconds(0));
    QCOMPARE(delay, milliseconds(20));
    milliseconds waited = delay;
    int questions = 1;
    for (; delay < milliseconds(500); ++questions) {
        const milliseconds next = nextReadinessDelay(delay);
        QVERIFY(next > delay);
        QVERIFY(next <= 2 * delay);
        delay = next;
        waited += delay;
    }
    QCOMPARE(delay, milliseconds(500));
    QCOMPARE(nextReadinessDelay(delay), milliseconds(500));
    QVERIFY2(questions <= 12 && waited < std::chrono::seconds(3), "a slow demo is asked too often");
}

QTEST_APPLESS_MAIN(TestPodmanReplies)
#include "tst_podman_replies.moc"
