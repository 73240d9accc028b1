#include "faulty_server.h"

#include "core/files.h"
#include "core/sha256.h"
#include "transfer/store.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <sys/stat.h>
#include <thread>

using namespace firstlight;

class TestStore : public QObject {
    Q_OBJECT

private slots:
    void survivesFaults_data();
    void survivesFaults();
    void goesOnWithoutKnowingTheDigest_data();
    void goesOnWithoutKnowingTheDigest();
    void resumesWhatAnEarlierRunLeft_data();
    void resumesWhatAnEarlierRunLeft();
    void keepsThePartThroughAnOutage();
    void continuesFromAnotherSource();
    void remembersUnlockedDigests();
    void noticesChangedLocalFiles();
    void takesLocalFiles();
    void checksTheDiskFirst();
    void refusesBadDigests();
    void chainsCauses();
    void cancelKeepsThePart();
    void takesMembersOnce();
    void refusesMembers_data();
    void refusesMembers();
    void reportsProgress();
    void retryAfterIsBounded();
};

namespace {

constexpr std::size_t contentSize = 1'000'000;

const FetchPolicy quick{.firstPause = std::chrono::milliseconds(5),
                        .longestPause = std::chrono::milliseconds(20),
                        .rounds = 4,
                        .roundsUnreachable = 2,
                        .stallTimeout = std::chrono::seconds(1)};

std::string content(std::uint32_t seed = 12345)
{
    std::string text(contentSize, '\0');
    for (char &letter : text) {
        seed = seed * 1664525u + 1013904223u;
        letter = static_cast<char>(seed >> 24);
    }
    return text;
}

void writeFile(const QString &path, const std::string &bytes)
{
    std::filesystem::create_directories(std::filesystem::path(path.toStdString()).parent_path());
    std::ofstream(path.toStdString(), std::ios::binary) << bytes;
}

/// A served folder, a store and the file that is wanted.
struct Place {
    QTemporaryDir folder;
    std::filesystem::path root = folder.filePath("store").toStdString();
    Store store{root, quick};
    NoProgress progress;
    std::string bytes = content();
    WantedFile wanted{.name = "model", .sources = {}, .sha256 = sha256Hex(bytes), .sizeBytes = contentSize};

    Place() { writeFile(folder.filePath("model"), bytes); }

    /// Names below incoming/ and blobs/, to see what is left.
    QStringList left(const char *below) const
    {
        QStringList names;
        std::error_code ignored;
        for (const auto &entry : std::filesystem::directory_iterator(root / below, ignored)) {
            if (entry.path().extension() != ".lock")
                names << QString::fromStdString(entry.path().filename().string());
        }
        names.sort();
        return names;
    }
};

void verifyStored(const Place &place, const Result<std::filesystem::path> &path)
{
    QVERIFY2(path, path ? ""
                        : (path.error().code + " <- "
                           + (path.error().cause ? path.error().cause->code + " " + path.error().cause->detail
                                                 : ""))
                              .c_str());
    QCOMPARE(*path, place.store.blobPath(*place.wanted.sha256));
    QVERIFY(readFile(*path).value() == place.bytes);
    struct stat info { };
    QCOMPARE(::stat(path->c_str(), &info), 0);
    QCOMPARE(info.st_mode & 07777u, 0444u);
    QCOMPARE(place.left("incoming"), QStringList());
    QCOMPARE(place.left("blobs/sha256"), QStringList{QString::fromStdString(*place.wanted.sha256)});
    QCOMPARE(place.store.find(place.wanted).value(), *path);
}

} // namespace

void TestStore::survivesFaults_data()
{
    QTest::addColumn<QStringList>("faults");
    QTest::addColumn<QStringList>("ranges"); // of each request; "?" ends the comparison
    QTest::addColumn<QString>("code");       // of the first cause; empty: it works
    const QString again = "bytes=300000-";
    QTest::newRow("all is well") << QStringList{"plain"} << QStringList{""} << "";
    QTest::newRow("closed short, then continued")
        << QStringList{"cut-300000"} << QStringList{"", again} << "";
    QTest::newRow("closed at once, then whole") << QStringList{"cut-0"} << QStringList{"", ""} << "";
    QTest::newRow("closed short every time")
        << QStringList{"cuts-300000"} << QStringList{"", again, "bytes=600000-", "bytes=900000-"} << "";
    QTest::newRow("Range ignored: starts anew")
        << QStringList{"norange-300000"} << QStringList{"", again} << "";
    QTest::newRow("206 from another place")
        << QStringList{"shifted-300000"} << QStringList{"", again, ""} << "";
    QTest::newRow("200 with a Content-Range")
        << QStringList{"range200-300000"} << QStringList{"", again} << "";
    QTest::newRow("no length, closed short")
        << QStringList{"nolength-300000"} << QStringList{"", again} << "";
    QTest::newRow("hangs") << QStringList{"stall-300000"} << QStringList{"", again} << "";
    QTest::newRow("503 twice") << QStringList{"status-503-2"} << QStringList{"", "", ""} << "";
    QTest::newRow("429 with Retry-After") << QStringList{"retry-429-1"} << QStringList{"", ""} << "";
    QTest::newRow("503 for ever") << QStringList{"status-503-99"} << QStringList{"", "", "", ""}
                                  << "download-refused";
    QTest::newRow("404 is final") << QStringList{"status-404-99"} << QStringList{""} << "download-not-found";
    QTest::newRow("403 is final") << QStringList{"status-403-99"} << QStringList{""} << "download-forbidden";
    QTest::newRow("shorter than wanted") << QStringList{"short"} << QStringList{""} << "size-wrong";
    QTest::newRow("longer than wanted") << QStringList{"long"} << QStringList{""} << "size-wrong";
    QTest::newRow("wrong content") << QStringList{"corrupt"} << QStringList{""} << "checksum-wrong";
    QTest::newRow("wrong content, then right")
        << QStringList{"corrupt", "plain"} << QStringList{"", ""} << "";
    QTest::newRow("short, then right") << QStringList{"short", "plain"} << QStringList{"", ""} << "";
    QTest::newRow("404, then right") << QStringList{"status-404-99", "plain"} << QStringList{"", ""} << "";
    QTest::newRow("cut, then the next continues")
        << QStringList{"cuts-100000", "plain"} << QStringList{"", "bytes=100000-"} << "";
}

void TestStore::survivesFaults()
{
    QFETCH(QStringList, faults);
    QFETCH(QStringList, ranges);
    QFETCH(QString, code);
    Place place;
    START_SERVER(server, place.folder.path());
    for (const QString &fault : faults)
        place.wanted.sources.push_back(server.url(fault.toStdString() + "/model"));
    const auto path = place.store.fetch(place.wanted, place.progress);
    QCOMPARE(server.ranges(), ranges);
    if (code.isEmpty()) {
        verifyStored(place, path);
        QVERIFY(place.store.fetch(place.wanted, place.progress));
        QCOMPARE(server.ranges().size(), ranges.size());
        return;
    }
    QVERIFY(!path);
    QCOMPARE(path.error().code, "download-failed");
    QCOMPARE(path.error().facts.at("name"), "model");
    QVERIFY(path.error().cause);
    QCOMPARE(path.error().cause->code, code.toStdString());
    QCOMPARE(place.left("incoming"), QStringList());
    QCOMPARE(place.left("blobs/sha256"), QStringList());
    QVERIFY(!place.store.find(place.wanted));
}

void TestStore::goesOnWithoutKnowingTheDigest_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QStringList>("ranges");
    QTest::newRow("no validator: starts anew") << "cut-300000" << QStringList{"", ""};
    QTest::newRow("same ETag: continues") << "plainetag-300000" << QStringList{"", "bytes=300000-"};
    QTest::newRow("other ETag: starts anew") << "moved-300000" << QStringList{"", "bytes=300000-"};
}

void TestStore::goesOnWithoutKnowingTheDigest()
{
    QFETCH(QString, fault);
    QFETCH(QStringList, ranges);
    Place place;
    START_SERVER(server, place.folder.path());
    WantedFile wanted{.name = "model", .sources = {server.url(fault.toStdString() + "/model")}};
    verifyStored(place, place.store.fetch(wanted, place.progress));
    QCOMPARE(server.ranges(), ranges);
}

void TestStore::resumesWhatAnEarlierRunLeft_data()
{
    QTest::addColumn<QString>("leftover"); // what the .part holds
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QStringList>("ranges");
    QTest::newRow("a good beginning") << "good 400000"
                                      << "plain" << QStringList{"bytes=400000-"};
    QTest::newRow("all of it") << "good 1000000"
                               << "plain" << QStringList{};
    QTest::newRow("more than it") << "long"
                                  << "plain" << QStringList{""};
    QTest::newRow("garbage, as after a power cut") << "bad 400000"
                                                   << "plain" << QStringList{"bytes=400000-", ""};
    QTest::newRow("garbage of full length") << "bad 1000000"
                                            << "plain" << QStringList{""};
    QTest::newRow("server without ranges") << "good 400000"
                                           << "norange-1000000" << QStringList{"bytes=400000-"};
    QTest::newRow("nothing") << "good 0"
                             << "plain" << QStringList{""};
}

void TestStore::resumesWhatAnEarlierRunLeft()
{
    QFETCH(QString, leftover);
    QFETCH(QString, fault);
    QFETCH(QStringList, ranges);
    Place place;
    START_SERVER(server, place.folder.path());
    const QStringList words = leftover.split(' ');
    std::string part
        = (words[0] == "bad" ? content(99) : place.bytes).substr(0, words.value(1, "1000000").toULong());
    if (words[0] == "long")
        part += "more";
    writeFile(QString::fromStdString((place.root / "incoming" / (*place.wanted.sha256 + ".part")).string()),
              part);
    place.wanted.sources = {server.url(fault.toStdString() + "/model")};
    verifyStored(place, place.store.fetch(place.wanted, place.progress));
    QCOMPARE(server.ranges(), ranges);
}

void TestStore::keepsThePartThroughAnOutage()
{
    Place place;
    const auto part = place.root / "incoming" / (*place.wanted.sha256 + ".part");
    writeFile(QString::fromStdString(part.string()), place.bytes.substr(0, 700000));
    place.wanted.sources = {"http://127.0.0.1:1/model"};
    const auto unreachable = place.store.fetch(place.wanted, place.progress);
    QVERIFY(!unreachable);
    QCOMPARE(unreachable.error().cause->code, "network-unreachable");
    QCOMPARE(std::filesystem::file_size(part), 700000u);
    START_SERVER(server, place.folder.path());
    place.wanted.sources
        = {server.url("status-503-99/model"), server.url("drop"), server.url("status-404-9/model")};
    QVERIFY(!place.store.fetch(place.wanted, place.progress));
    QCOMPARE(std::filesystem::file_size(part), 700000u);
    server.forgetRequests();
    place.wanted.sources = {server.url("plain/model")};
    verifyStored(place, place.store.fetch(place.wanted, place.progress));
    QCOMPARE(server.ranges(), QStringList("bytes=700000-"));
}

void TestStore::continuesFromAnotherSource()
{
    Place place;
    START_SERVER(server, place.folder.path());
    place.wanted.sources
        = {server.url("status-404-9/model"), server.url("cuts-200000/model"), server.url("plain/model")};
    verifyStored(place, place.store.fetch(place.wanted, place.progress));
    QCOMPARE(server.ranges(), QStringList({"", "", "bytes=200000-"}));
}

void TestStore::remembersUnlockedDigests()
{
    Place place;
    START_SERVER(server, place.folder.path());
    WantedFile wanted{.name = "model", .sources = {server.url("plain/model")}};
    QVERIFY(!place.store.find(wanted));
    const auto path = place.store.fetch(wanted, place.progress);
    verifyStored(place, path);
    QCOMPARE(place.store.find(wanted).value(), *path);
    QVERIFY(place.store.fetch(wanted, place.progress));
    QCOMPARE(server.requests().size(), 1);
    wanted.sizeBytes = 5;
    QVERIFY(!place.store.find(wanted));
}

void TestStore::noticesChangedLocalFiles()
{
    Place place;
    WantedFile wanted{.name = "model", .sources = {"file://" + place.folder.filePath("model").toStdString()}};
    verifyStored(place, place.store.fetch(wanted, place.progress));
    QVERIFY(place.store.find(wanted));
    writeFile(place.folder.filePath("model"), "another content");
    QVERIFY(!place.store.find(wanted));
    const auto path = place.store.fetch(wanted, place.progress);
    QVERIFY(path);
    QCOMPARE(readFile(*path).value(), "another content");
}

void TestStore::takesLocalFiles()
{
    Place place;
    const QString odd = place.folder.filePath("a b%");
    writeFile(odd, place.bytes);
    place.wanted.sources
        = {"file:///no/such/file", "file://" + place.folder.filePath("a%20b%25").toStdString()};
    verifyStored(place, place.store.fetch(place.wanted, place.progress));
    place.wanted.sha256 = std::string(64, '0');
    const auto wrong = place.store.fetch(place.wanted, place.progress);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().cause->code, "checksum-wrong");
    QCOMPARE(wrong.error().cause->facts.at("needed"), std::string(64, '0'));
    QVERIFY(wrong.error().cause->cause);
    QCOMPARE(wrong.error().cause->cause->code, "file-io");
    QCOMPARE(place.left("incoming"), QStringList());
}

void TestStore::checksTheDiskFirst()
{
    Place place;
    START_SERVER(server, place.folder.path());
    place.wanted.sources = {server.url("plain/model")};
    place.wanted.sizeBytes = std::uint64_t(1) << 60;
    const auto path = place.store.fetch(place.wanted, place.progress);
    QVERIFY(!path);
    QCOMPARE(path.error().code, "disk-too-small");
    QCOMPARE(path.error().facts.at("needed"), std::to_string(std::uint64_t(1) << 60));
    QVERIFY(std::stoull(path.error().facts.at("found")) > 0);
    QCOMPARE(server.requests().size(), 0);
    QCOMPARE(place.left("incoming"), QStringList());
}

void TestStore::refusesBadDigests()
{
    Place place;
    for (const std::string digest : {"../../etc/passwd", "", "ABC", "0123"}) {
        place.wanted.sha256 = digest;
        const auto path = place.store.fetch(place.wanted, place.progress);
        QVERIFY(!path);
        QCOMPARE(path.error().code, "digest-invalid");
        QCOMPARE(path.error().kind, ErrorKind::BadInput);
        QVERIFY(!place.store.find(place.wanted));
    }
    QVERIFY(!std::filesystem::exists(place.root));
}

void TestStore::chainsCauses()
{
    Place place;
    START_SERVER(server, place.folder.path());
    place.wanted.sources = {"gopher://old", server.url("status-404-9/model"), server.url("corrupt/model")};
    const auto path = place.store.fetch(place.wanted, place.progress);
    QVERIFY(!path);
    std::vector<std::string> codes;
    for (const Error *error = &path.error(); error; error = error->cause.get())
        codes.push_back(error->code);
    QCOMPARE(codes, (std::vector<std::string>{"download-failed", "checksum-wrong", "download-not-found",
                                              "source-invalid"}));
    place.wanted.sources.clear();
    QCOMPARE(place.store.fetch(place.wanted, place.progress).error().code, "download-failed");
}

void TestStore::cancelKeepsThePart()
{
    Place place;
    START_SERVER(server, place.folder.path());
    place.wanted.sources = {server.url("stall-300000/model")};
    std::stop_source stop;
    const auto part = place.root / "incoming" / (*place.wanted.sha256 + ".part");
    std::jthread later([&] {
        std::error_code ignored;
        while (!std::filesystem::exists(part, ignored) || std::filesystem::file_size(part, ignored) < 300000)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        stop.request_stop();
    });
    const auto path = place.store.fetch(place.wanted, place.progress, stop.get_token());
    QVERIFY(!path);
    QCOMPARE(path.error().code, "cancelled");
    QCOMPARE(std::filesystem::file_size(part), 300000u);
    verifyStored(place, place.store.fetch(place.wanted, place.progress));
    QCOMPARE(server.ranges(), QStringList({"", "bytes=300000-"}));
}

void TestStore::takesMembersOnce()
{
    Place place;
    writeFile(place.folder.filePath("tree/pkg-1.0/one.bin"), place.bytes);
    writeFile(place.folder.filePath("tree/pkg-1.0/sub/two.bin"), "second");
    const QString package = "pkg-1.0.tar.gz";
    QCOMPARE(QProcess::execute("tar", {"-C", place.folder.filePath("tree"), "-czf",
                                       place.folder.filePath(package), "pkg-1.0"}),
             0);
    const std::string packageDigest = sha256OfFile(place.folder.filePath(package).toStdString()).value();
    START_SERVER(server, place.folder.path());
    writeFile(place.folder.filePath("pkg/index"),
              "<a href=\"../" + package.toStdString() + "#sha256=" + packageDigest + "\">x</a>");
    qputenv("PIP_INDEX_URL", QByteArray::fromStdString(server.url("plain")));
    qputenv("PIP_CONFIG_FILE", "/dev/null");
    qunsetenv("PIP_FIND_LINKS");
    place.wanted.sources = {"pypi:pkg@1.0!one.bin"};
    WantedFile second{.name = "two", .sources = {"pypi:pkg@1.0!sub/two.bin"}, .sha256 = sha256Hex("second")};
    const auto paths = place.store.fetch(std::vector{place.wanted, second}, place.progress);
    QVERIFY2(paths, paths ? "" : paths.error().cause->code.c_str());
    QVERIFY(readFile(paths->at(0)).value() == place.bytes);
    QCOMPARE(readFile(paths->at(1)).value(), "second");
    QCOMPARE(server.requests().size(), 2); // the index and the package, once
    QCOMPARE(place.left("incoming"), QStringList());

    // A package that is a blob of its own is used and stays.
    Place other;
    WantedFile whole{.name = "package", .sources = {"pypi:pkg@1.0"}, .sha256 = packageDigest};
    QVERIFY(other.store.fetch(whole, other.progress));
    server.forgetRequests();
    second.packageSha256 = packageDigest;
    QVERIFY(other.store.fetch(second, other.progress));
    QCOMPARE(server.requests().size(), 0);
    QVERIFY(other.store.find(whole));

    // The stated digest of the package is checked against the registry's before a byte of it is fetched.
    Place third;
    second.packageSha256 = std::string(64, 'a');
    const auto wrong = third.store.fetch(second, third.progress);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().cause->code, "checksum-wrong");
    QCOMPARE(server.requests().size(), 1);
}

void TestStore::refusesMembers_data()
{
    QTest::addColumn<QString>("member");
    QTest::addColumn<QString>("digest");
    QTest::addColumn<int>("size");
    QTest::addColumn<QString>("code");
    QTest::newRow("not there") << "three.bin"
                               << "" << -1 << "member-missing";
    QTest::newRow("a folder") << "sub"
                              << "" << -1 << "member-missing";
    QTest::newRow("wrong content") << "sub/two.bin" << QString(64, 'b') << -1 << "checksum-wrong";
    QTest::newRow("wrong size") << "sub/two.bin"
                                << "" << 7 << "size-wrong";
}

void TestStore::refusesMembers()
{
    QFETCH(QString, member);
    QFETCH(QString, digest);
    QFETCH(int, size);
    QFETCH(QString, code);
    Place place;
    writeFile(place.folder.filePath("tree/pkg-1.0/sub/two.bin"), "second");
    QCOMPARE(QProcess::execute("tar", {"-C", place.folder.filePath("tree"), "-czf",
                                       place.folder.filePath("pkg-1.0.tar.gz"), "pkg-1.0"}),
             0);
    qputenv("PIP_CONFIG_FILE", "/dev/null");
    qputenv("PIP_NO_INDEX", "1");
    qputenv("PIP_FIND_LINKS", place.folder.path().toLocal8Bit());
    WantedFile wanted{.name = "two", .sources = {"pypi:pkg@1.0!" + member.toStdString()}};
    if (!digest.isEmpty())
        wanted.sha256 = digest.toStdString();
    if (size >= 0)
        wanted.sizeBytes = static_cast<std::uint64_t>(size);
    const auto path = place.store.fetch(wanted, place.progress);
    qunsetenv("PIP_NO_INDEX");
    QVERIFY(!path);
    QCOMPARE(path.error().cause->code, code.toStdString());
    QCOMPARE(place.left("incoming"), QStringList());
    QCOMPARE(place.left("blobs/sha256"), QStringList());
}

void TestStore::reportsProgress()
{
    struct Recorder final : Progress {
        std::vector<ProgressUpdate> updates;
        void update(const ProgressUpdate &one) override { updates.push_back(one); }
    } recorder;
    Place place;
    START_SERVER(server, place.folder.path());
    place.wanted.sources = {server.url("plain/model")};
    QVERIFY(place.store.fetch(place.wanted, recorder));
    QVERIFY(!recorder.updates.empty());
    std::uint64_t before = 0;
    for (const auto &update : recorder.updates) {
        QCOMPARE(update.phase, "download");
        QCOMPARE(update.subject, "model");
        QCOMPARE(update.total, std::optional<std::uint64_t>(contentSize));
        QVERIFY(update.done >= before);
        before = update.done;
    }
    QVERIFY(recorder.updates.back().finished);
    QCOMPARE(recorder.updates.back().done, contentSize);
}

void TestStore::retryAfterIsBounded()
{
    Place place;
    START_SERVER(server, place.folder.path());
    place.wanted.sources = {server.url("retrylater-503/model")};
    const auto path = place.store.fetch(place.wanted, place.progress);
    QVERIFY(!path);
    QCOMPARE(path.error().cause->facts.at("status"), "503");
    QCOMPARE(server.requests().size(), 1);
}

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"
