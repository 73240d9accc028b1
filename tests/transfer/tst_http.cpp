#include "faulty_server.h"

#include "core/sha256.h"
#include "transfer/http.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <thread>

using namespace firstlight;

class TestHttp : public QObject {
    Q_OBJECT

private slots:
    void getsStatusHeadersAndBody();
    void keepsTheConnection();
    void sendsBodies_data();
    void sendsBodies();
    void headHasNoBody();
    void streamsPieces();
    void endsWhenACallbackSaysSo();
    void refusesTooLongBodies();
    void followsRedirectsWithoutCredentials();
    void reportsRedirectWhenNotFollowing();
    void tellsHeadersOfTheLastResponseOnly();
    void failsByKind_data();
    void failsByKind();
    void cancels_data();
    void cancels();
    void callbackExceptionsComeOut();
    void reconnectsAfterTheServerLeft();
    void checksCertificates();
};

namespace {

void writeFile(const QString &path, const std::string &content)
{
    std::ofstream(path.toStdString(), std::ios::binary) << content;
}

std::string bytes(std::size_t size)
{
    std::string text(size, '\0');
    std::uint32_t value = 12345;
    for (char &letter : text) {
        value = value * 1664525u + 1013904223u;
        letter = static_cast<char>(value >> 24);
    }
    return text;
}

} // namespace

void TestHttp::getsStatusHeadersAndBody()
{
    QTemporaryDir folder;
    writeFile(folder.filePath("a"), "content");
    START_SERVER(server, folder.path());
    HttpClient client;
    auto response = client.send({.url = server.url("plain/a")});
    QVERIFY(response);
    QCOMPARE(response->status, 200);
    QCOMPARE(response->body, "content");
    QCOMPARE(response->headers["content-length"], "7");
    QCOMPARE(response->effectiveUrl, server.url("plain/a"));
    auto twice = client.send({.url = server.url("echo"), .headers = {{"X-Own", "1"}, {"X-Empty", ""}}});
    QVERIFY(twice);
    QCOMPARE(twice->headers["x-twice"], "one, two");
    const auto seen = QJsonDocument::fromJson(QByteArray::fromStdString(twice->body)).object();
    QCOMPARE(seen["x-own"].toString(), "1");
    QVERIFY(seen.contains("x-empty"));
    QVERIFY(!seen.contains("content-type"));
    auto missing = client.send({.url = server.url("plain/none")});
    QVERIFY(missing);
    QCOMPARE(missing->status, 404);
}

void TestHttp::keepsTheConnection()
{
    QTemporaryDir folder;
    const QString socket = folder.filePath("s");
    START_SERVER(server, folder.path(), socket);
    HttpClient client;
    for (int round = 0; round < 3; ++round) {
        auto response = client.send({.url = "http://host/echo", .unixSocket = socket.toStdString()});
        QVERIFY2(response, response ? "" : response.error().detail.c_str());
        QCOMPARE(response->status, 200);
    }
    const auto requests = server.requests();
    QCOMPARE(requests.size(), 3);
    QCOMPARE(requests[1]["connection"], requests[0]["connection"]);
    QCOMPARE(requests[2]["connection"], requests[0]["connection"]);
}

void TestHttp::sendsBodies_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<bool>("file");
    QTest::addColumn<qsizetype>("size");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("seenType");
    for (const bool file : {false, true}) {
        const QByteArray way = file ? "file " : "memory ";
        QTest::newRow(way + "post json") << "POST" << file << qsizetype(20) << "application/json"
                                         << "application/json";
        QTest::newRow(way + "post without type") << "POST" << file << qsizetype(20) << ""
                                                 << "application/octet-stream";
        QTest::newRow(way + "put") << "PUT" << file << qsizetype(3000000) << "application/x-tar"
                                   << "application/x-tar";
        QTest::newRow(way + "delete with body") << "DELETE" << file << qsizetype(10) << "text/plain"
                                                << "text/plain";
    }
    QTest::newRow("post of nothing") << "POST" << false << qsizetype(0) << ""
                                     << "";
    QTest::newRow("delete") << "DELETE" << false << qsizetype(0) << ""
                            << "";
    QTest::newRow("empty file") << "POST" << true << qsizetype(0) << "application/x-tar"
                                << "application/x-tar";
}

void TestHttp::sendsBodies()
{
    QFETCH(QString, method);
    QFETCH(bool, file);
    QFETCH(qsizetype, size);
    QFETCH(QString, type);
    QFETCH(QString, seenType);
    QTemporaryDir folder;
    const QString socket = folder.filePath("s");
    const std::string content = bytes(static_cast<std::size_t>(size));
    writeFile(folder.filePath("body"), content);
    START_SERVER(server, folder.path(), socket);
    HttpRequest request{
        .method = method.toStdString(), .url = "http://host/x", .unixSocket = socket.toStdString()};
    if (file)
        request.bodyFile = folder.filePath("body").toStdString();
    else
        request.body = content;
    if (!type.isEmpty())
        request.headers["Content-Type"] = type.toStdString();
    HttpClient client;
    auto response = client.send(request);
    QVERIFY(response);
    QCOMPARE(response->status, 201);
    const auto seen = QJsonDocument::fromJson(QByteArray::fromStdString(response->body)).object();
    QCOMPARE(seen["method"].toString(), method);
    QCOMPARE(seen["bytes"].toInteger(), size);
    QCOMPARE(seen["sha256"].toString().toStdString(), sha256Hex(content));
    QCOMPARE(seen["type"].toString(), seenType);
    auto missing = client.send({.method = "POST",
                                .url = "http://host/x",
                                .unixSocket = socket.toStdString(),
                                .bodyFile = "/nowhere"});
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, "file-io");
}

void TestHttp::headHasNoBody()
{
    QTemporaryDir folder;
    writeFile(folder.filePath("a"), "content");
    START_SERVER(server, folder.path());
    auto response = HttpClient().send({.method = "HEAD", .url = server.url("plain/a")});
    QVERIFY(response);
    QCOMPARE(response->headers["content-length"], "7");
    QCOMPARE(response->body, "");
}

void TestHttp::streamsPieces()
{
    QTemporaryDir folder;
    const QString socket = folder.filePath("s");
    START_SERVER(server, folder.path(), socket);
    std::string all;
    int headerCalls = 0;
    auto response = HttpClient().send({.url = "http://host/lines/",
                                       .unixSocket = socket.toStdString(),
                                       .stallTimeout = {},
                                       .onBody =
                                           [&](std::string_view piece) {
                                               all += piece;
                                               return true;
                                           },
                                       .onHeaders =
                                           [&](long status, const auto &) {
                                               ++headerCalls;
                                               return status == 200 && all.empty();
                                           }});
    QVERIFY(response);
    QCOMPARE(headerCalls, 1);
    QCOMPARE(response->body, "");
    QCOMPARE(all, "{\"number\":0}\n{\"number\":1}\n{\"number\":2}\n{\"number\":3}\n{\"number\":4}\n");
}

void TestHttp::endsWhenACallbackSaysSo()
{
    QTemporaryDir folder;
    START_SERVER(server, folder.path());
    HttpClient client;
    int pieces = 0;
    auto body = client.send(
        {.url = server.url("lines/endless"), .onBody = [&](std::string_view) { return ++pieces < 2; }});
    QVERIFY(body);
    QCOMPARE(body->status, 200);
    QCOMPARE(pieces, 2);
    auto headers = client.send(
        {.url = server.url("lines/endless"), .onHeaders = [](long, const auto &) { return false; }});
    QVERIFY(headers);
    QCOMPARE(headers->status, 200);
    QCOMPARE(headers->body, "");
}

void TestHttp::refusesTooLongBodies()
{
    QTemporaryDir folder;
    writeFile(folder.filePath("a"), bytes(5000));
    START_SERVER(server, folder.path());
    HttpClient client;
    auto response = client.send({.url = server.url("plain/a"), .bodyLimitBytes = 4999});
    QVERIFY(!response);
    QCOMPARE(response.error().code, "response-too-large");
    QCOMPARE(response.error().facts.at("needed"), "4999");
    QVERIFY(client.send({.url = server.url("plain/a"), .bodyLimitBytes = 5000}));
}

void TestHttp::followsRedirectsWithoutCredentials()
{
    QTemporaryDir folder;
    START_SERVER(server, folder.path());
    const std::string elsewhere = urlEncode("http://localhost:" + server.port() + "/echo");
    HttpClient client;
    auto other = client.send(
        {.url = server.url("redirect/" + elsewhere), .headers = {{"Authorization", "Bearer secret"}}});
    QVERIFY(other);
    QVERIFY2(other->body.find("secret") == std::string::npos, other->body.c_str());
    auto same = client.send({.url = server.url("redirect/" + urlEncode(server.url("echo"))),
                             .headers = {{"Authorization", "Bearer secret"}}});
    QVERIFY(same);
    QVERIFY(same->body.find("secret") != std::string::npos);
    auto file = client.send({.url = server.url("redirect/" + urlEncode("file:///etc/passwd"))});
    QVERIFY(!file);
}

void TestHttp::reportsRedirectWhenNotFollowing()
{
    QTemporaryDir folder;
    START_SERVER(server, folder.path());
    auto response = HttpClient().send(
        {.url = server.url("redirect/" + urlEncode(server.url("echo"))), .followRedirects = false});
    QVERIFY(response);
    QCOMPARE(response->status, 302);
    QCOMPARE(response->headers["location"], server.url("echo"));
    QCOMPARE(response->body, "go there");
}

void TestHttp::tellsHeadersOfTheLastResponseOnly()
{
    QTemporaryDir folder;
    START_SERVER(server, folder.path());
    std::vector<long> told;
    auto response = HttpClient().send({.url = server.url("redirect/" + urlEncode(server.url("echo"))),
                                       .onHeaders = [&](long status, const auto &headers) {
                                           told.push_back(headers.contains("location") ? -status : status);
                                           return true;
                                       }});
    QVERIFY(response);
    QCOMPARE(told, std::vector<long>{200});
    QVERIFY(response->body.find("go there") == std::string::npos);
    QCOMPARE(response->effectiveUrl, server.url("echo"));
}

void TestHttp::failsByKind_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("code");
    QTest::newRow("nobody listens") << "http://127.0.0.1:1/"
                                    << "network-unreachable";
    QTest::newRow("no such host") << "http://no-such-host.invalid/"
                                  << "network-unreachable";
    QTest::newRow("not a web address") << "ftp://127.0.0.1/a"
                                       << "url-invalid";
    QTest::newRow("a file") << "file:///etc/hostname"
                            << "url-invalid";
    QTest::newRow("nothing") << ""
                             << "url-invalid";
    QTest::newRow("closed without an answer") << "SERVER/drop"
                                              << "network-failed";
    QTest::newRow("closed half-way") << "SERVER/cuts-100/a"
                                     << "network-failed";
    QTest::newRow("stalled") << "SERVER/stall-100/a"
                             << "network-stalled";
    QTest::newRow("redirect to a redirect") << "SERVER/redirect/%2Fredirect%2F%252F"
                                            << "";
}

void TestHttp::failsByKind()
{
    QFETCH(QString, url);
    QFETCH(QString, code);
    QTemporaryDir folder;
    writeFile(folder.filePath("a"), bytes(5000));
    START_SERVER(server, folder.path());
    url.replace("SERVER", "http://127.0.0.1:" + QString::fromStdString(server.port()));
    auto response = HttpClient().send(
        {.url = url.toStdString(), .stallTimeout = std::chrono::seconds(1), .useProxy = false});
    if (code.isEmpty()) {
        QVERIFY(response);
        return;
    }
    QVERIFY(!response);
    QCOMPARE(response.error().code, code.toStdString());
    if (code.startsWith("network-"))
        QVERIFY(!response.error().facts.at("host").empty());
}

void TestHttp::cancels_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("no headers yet") << "hang";
    QTest::newRow("in the body") << "lines/endless";
    QTest::newRow("before it starts") << "";
}

void TestHttp::cancels()
{
    QFETCH(QString, path);
    QTemporaryDir folder;
    const QString socket = folder.filePath("s");
    START_SERVER(server, folder.path(), socket);
    std::stop_source stop;
    std::jthread later;
    if (path.isEmpty())
        stop.request_stop();
    else
        later = std::jthread([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            stop.request_stop();
        });
    // Without the stop, these would not come back at all.
    HttpClient client;
    auto response = client.send(
        {.url = "http://host/" + path.toStdString(), .unixSocket = socket.toStdString(), .stallTimeout = {}},
        stop.get_token());
    QVERIFY(!response);
    QCOMPARE(response.error().code, "cancelled");
    QCOMPARE(response.error().kind, ErrorKind::Cancelled);
    QVERIFY(client.send({.url = "http://host/late", .unixSocket = socket.toStdString()}));
}

void TestHttp::callbackExceptionsComeOut()
{
    QTemporaryDir folder;
    START_SERVER(server, folder.path());
    HttpClient client;
    bool caught = false;
    try {
        (void)client.send({.url = server.url("echo"),
                           .onBody = [](std::string_view) -> bool { throw std::runtime_error("own"); }});
    } catch (const std::runtime_error &) {
        caught = true;
    }
    QVERIFY(caught);
    QVERIFY(client.send({.url = server.url("echo")}));
}

void TestHttp::reconnectsAfterTheServerLeft()
{
    QTemporaryDir folder;
    const QString socket = folder.filePath("s");
    HttpClient client;
    {
        START_SERVER(first, folder.path(), socket);
        QVERIFY(client.send({.url = "http://host/echo", .unixSocket = socket.toStdString()}));
    }
    auto gone = client.send({.url = "http://host/echo", .unixSocket = socket.toStdString()});
    QVERIFY(!gone);
    QCOMPARE(gone.error().code, "network-unreachable");
    QCOMPARE(gone.error().facts.at("host"), socket.toStdString());
    QFile::remove(socket);
    START_SERVER(second, folder.path(), socket);
    QVERIFY(client.send({.url = "http://host/echo", .unixSocket = socket.toStdString()}));
}

void TestHttp::checksCertificates()
{
    if (QStandardPaths::findExecutable("openssl").isEmpty()
        || QStandardPaths::findExecutable("python3").isEmpty())
        QSKIP("needs openssl and python3 to run a server with its own certificate");
    QTemporaryDir folder;
    const QString certificate = folder.filePath("own.pem");
    QProcess maker;
    maker.start("openssl", {"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                            certificate + ".key", "-out", certificate, "-batch"});
    QVERIFY(maker.waitForFinished());
    QCOMPARE(maker.exitCode(), 0);
    QProcess server;
    server.start("python3",
                 {"-c",
                  "import http.server,ssl,sys\n"
                  "s=http.server.HTTPServer(('127.0.0.1',0),http.server.SimpleHTTPRequestHandler)\n"
                  "c=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
                  "c.load_cert_chain(sys.argv[1],sys.argv[1]+'.key')\n"
                  "s.socket=c.wrap_socket(s.socket,server_side=True)\n"
                  "print(s.server_address[1],flush=True)\n"
                  "s.serve_forever()\n",
                  certificate});
    QVERIFY(server.waitForReadyRead());
    const std::string url = "https://localhost:" + server.readLine().trimmed().toStdString() + "/";
    HttpClient client;
    auto unknown = client.send({.url = url});
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, "network-certificate");
    QVERIFY(HttpClient().send({.url = url, .caFile = certificate.toStdString()}));
    QVERIFY(HttpClient().send({.url = url, .extraCaFile = certificate.toStdString()}));
    QVERIFY(HttpClient().send({.url = url, .verifyCertificate = false}));
    QVERIFY(!HttpClient().send({.url = url}));
    qputenv("CURL_CA_BUNDLE", certificate.toLocal8Bit());
    QVERIFY(HttpClient().send({.url = url}));
    qputenv("CURL_CA_BUNDLE", "/no/such/file");
    QVERIFY(!HttpClient().send({.url = url}));
    qunsetenv("CURL_CA_BUNDLE");
    server.kill();
    server.waitForFinished();
}

QTEST_GUILESS_MAIN(TestHttp)
#include "tst_http.moc"
