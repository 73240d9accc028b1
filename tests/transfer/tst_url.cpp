#include "transfer/base64.h"
#include "transfer/content_range.h"
#include "transfer/http.h"
#include "transfer/source.h"
#include "transfer/url.h"

#include <QTest>

using namespace firstlight;

class TestUrl : public QObject {
    Q_OBJECT

private slots:
    void takesUrlsApart();
    void findsLoopback();
    void encodes();
    void resolves();
    void readsContentRanges_data();
    void readsContentRanges();
    void readsRetryAfter();
    void readsSources_data();
    void readsSources();
    void mapsHubs();
    void base64();
};

void TestUrl::takesUrlsApart()
{
    const std::string url = "HTTPS://user:pa%40ss@Mirror.Example:8443/a@b/c?d#e";
    QCOMPARE(schemeOf(url), "https");
    QCOMPARE(hostOf(url), "mirror.example:8443");
    QCOMPARE(credentialsOf(url), "user:pa%40ss");
    QCOMPARE(withoutCredentials(url), "HTTPS://Mirror.Example:8443/a@b/c?d#e");
    QCOMPARE(withCredentials("https://h/x", "u:p"), "https://u:p@h/x");
    QCOMPARE(withCredentials("https://own:x@h/x", "u:p"), "https://own:x@h/x");
    QCOMPARE(hostOf("not a url"), "");
    QCOMPARE(schemeOf("pypi:six@1"), "");
}

void TestUrl::findsLoopback()
{
    for (const char *url : {"http://localhost/", "http://127.0.0.1:80/", "http://127.9.9.9/",
                            "http://[::1]:3/", "http://a.localhost/"})
        QVERIFY2(isLoopback(url), url);
    for (const char *url : {"http://127.0.0.1.example/", "http://localhost.example/", "http://10.0.0.1/",
                            "http://u:localhost@example/"})
        QVERIFY2(!isLoopback(url), url);
}

void TestUrl::encodes()
{
    QCOMPARE(urlEncode("a b/ü~.-_"), "a%20b%2F%C3%BC~.-_");
    QCOMPARE(urlEncodePath("a b/c+d"), "a%20b/c%2Bd");
    QCOMPARE(urlDecode("a%20b%2f%zz%4"), "a b/%zz%4");
    QCOMPARE(urlDecode("%41"), "A");
}

void TestUrl::resolves()
{
    QCOMPARE(resolveUrl("https://h/simple/six/", "../../packages/x.whl").value(), "https://h/packages/x.whl");
    QCOMPARE(resolveUrl("https://h/simple/six/", "https://other/x").value(), "https://other/x");
    QCOMPARE(resolveUrl("https://h/simple/six/", "/x?y").value(), "https://h/x?y");
    QCOMPARE(resolveUrl("not a url", "x").error().code, "url-invalid");
}

void TestUrl::readsContentRanges_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("start"); // -1: none; -2: the whole text is wrong
    QTest::addColumn<qint64>("total");
    QTest::newRow("usual") << "bytes 100-199/1000" << qint64(100) << qint64(1000);
    QTest::newRow("unknown total") << "bytes 100-199/*" << qint64(100) << qint64(-1);
    QTest::newRow("unsatisfied") << "bytes */1000" << qint64(-1) << qint64(1000);
    QTest::newRow("backwards") << "bytes 200-199/1000" << qint64(-2) << qint64(-1);
    QTest::newRow("beyond the end") << "bytes 0-1000/1000" << qint64(-2) << qint64(-1);
    QTest::newRow("words") << "bytes a-b/c" << qint64(-2) << qint64(-1);
    QTest::newRow("other unit") << "items 1-2/3" << qint64(-2) << qint64(-1);
    QTest::newRow("too large") << "bytes 0-1/99999999999999999999999" << qint64(-2) << qint64(-1);
    QTest::newRow("empty") << "" << qint64(-2) << qint64(-1);
}

void TestUrl::readsContentRanges()
{
    QFETCH(QString, text);
    QFETCH(qint64, start);
    QFETCH(qint64, total);
    const auto range = parseContentRange(text.toStdString());
    QCOMPARE(range.has_value(), start != -2);
    if (!range)
        return;
    QCOMPARE(range->start ? static_cast<qint64>(*range->start) : -1, start);
    QCOMPARE(range->total ? static_cast<qint64>(*range->total) : -1, total);
}

void TestUrl::readsRetryAfter()
{
    const auto now = std::chrono::system_clock::from_time_t(784111777); // Sun, 06 Nov 1994 08:49:37 GMT
    QCOMPARE(parseRetryAfter("120", now).value().count(), 120);
    QCOMPARE(parseRetryAfter("Sun, 06 Nov 1994 08:50:37 GMT", now).value().count(), 60);
    QCOMPARE(parseRetryAfter("Sun, 06 Nov 1994 08:40:37 GMT", now).value().count(), 0);
    QVERIFY(!parseRetryAfter("soon", now));
    QVERIFY(!parseRetryAfter("-5", now));
}

void TestUrl::readsSources_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("parts"); // package|version|path|member; empty: not a source
    QTest::newRow("wheel member") << "pypi:llm-x@0.1!llm/a.gguf"
                                  << "llm-x|0.1||llm/a.gguf";
    QTest::newRow("wheel") << "pypi:six@1.16.0"
                           << "six|1.16.0||";
    QTest::newRow("scoped") << "npm:@scope/name@1.0.0!bin/x"
                            << "@scope/name|1.0.0||bin/x";
    QTest::newRow("debian") << "debian:pool/main/d/dash/dash_0.5+x.deb"
                            << "pool/main/d/dash/dash_0.5+x.deb|||";
    QTest::newRow("hub") << "hf://owner/repo@main/sub/a.gguf"
                         << "owner/repo|main|sub/a.gguf|";
    QTest::newRow("other hub") << "modelscope://owner/repo@master/a.gguf"
                               << "owner/repo|master|a.gguf|";
    QTest::newRow("address") << "https://h/a@b!c"
                             << "|||";
    QTest::newRow("no version") << "pypi:six"
                                << "";
    QTest::newRow("empty version") << "pypi:six@"
                                   << "";
    QTest::newRow("scope without version") << "npm:@scope/name"
                                           << "";
    QTest::newRow("empty member") << "pypi:six@1!"
                                  << "";
    QTest::newRow("hub without path") << "hf://owner/repo@main"
                                      << "";
    QTest::newRow("hub without owner") << "hf://repo@main/a"
                                       << "";
    QTest::newRow("leads out") << "debian:../../etc/x"
                               << "";
    QTest::newRow("unknown") << "gopher://x"
                             << "";
    QTest::newRow("empty") << ""
                           << "";
}

void TestUrl::readsSources()
{
    QFETCH(QString, text);
    QFETCH(QString, parts);
    const auto source = parseSource(text.toStdString());
    QCOMPARE(source.has_value(), !parts.isEmpty());
    if (source)
        QCOMPARE(source->package + "|" + source->version + "|" + source->path + "|" + source->member,
                 parts.toStdString());
    else
        QCOMPARE(source.error().code, "source-invalid");
}

void TestUrl::mapsHubs()
{
    qputenv("HF_TOKEN", "hf_secret");
    const auto hub = parseSource("hf://owner/repo@main/sub dir/a.gguf").value();
    qputenv("HF_ENDPOINT", "https://hub.example/");
    auto file = resolveSource(hub, "", {}).value();
    QCOMPARE(file.urls, std::vector<std::string>{
                            "https://hub.example/owner/repo/resolve/main/sub%20dir/a.gguf?download=true"});
    QCOMPARE(file.headers["Authorization"], "Bearer hf_secret");
    QCOMPARE(file.credentialHost, "hub.example");
    qputenv("HF_ENDPOINT", "http://hub.example");
    QVERIFY2(resolveSource(hub, "", {})->headers.empty(),
             "a token never goes over a connection that anyone can read");
    qunsetenv("HF_ENDPOINT");
    qunsetenv("HF_TOKEN");
    QVERIFY(resolveSource(hub, "", {})->headers.empty());
    qputenv("MODELSCOPE_DOMAIN", "models.example");
    QCOMPARE(resolveSource(parseSource("modelscope://o/r@master/d/a").value(), "", {})->urls.front(),
             "https://models.example/models/o/r/resolve/master/d/a");
    qunsetenv("MODELSCOPE_DOMAIN");
}

void TestUrl::base64()
{
    for (const std::string text : {"", "a", "ab", "abc", "user:pässword"})
        QCOMPARE(base64Decode(base64Encode(text)), text);
    QCOMPARE(base64Encode("ab"), "YWI=");
    QCOMPARE(base64Encode("a"), "YQ==");
}

QTEST_APPLESS_MAIN(TestUrl)
#include "tst_url.moc"
