#include "registry_place.h"

#include "transfer/package_registries.h"
#include "transfer/pip_config.h"
#include "transfer/simple_index.h"

#include <QTest>

using namespace firstlight;

/// Python package indexes of our own on loopback.
class TestPypi : public QObject {
    Q_OBJECT

private slots:
    void init() { m_place = std::make_unique<RegistryPlace>(); }
    void cleanup() { m_place.reset(); }

    void readsPipFiles();
    void mergesPipSettings();
    void readsTheDefaultIndexFromHelp_data();
    void readsTheDefaultIndexFromHelp();
    void asksPipForItsDefault();
    void readsIndexPages();
    void knowsDistributions_data();
    void knowsDistributions();
    void choosesTheFittingFile_data();
    void choosesTheFittingFile();
    void resolvesFromIndexes();
    void keepsIndexCredentials();
    void prefersFindLinks();
    void tellsPypiFailuresApart();

private:
    std::unique_ptr<RegistryPlace> m_place;
};

void TestPypi::readsPipFiles()
{
    const auto settings = parsePipFile(
        "# comment\n[global]\nindex-url = https://a/simple\nextra_index_url =\n  https://b\n\n  https://c\n"
        "; more\nbroken\n[install]\nfind-links: /wheels\nEmpty =\n");
    QCOMPARE(settings.at("global.index-url"), "https://a/simple");
    QCOMPARE(settings.at("global.extra-index-url"), "https://b\nhttps://c");
    QCOMPARE(settings.at("install.find-links"), "/wheels");
    QCOMPARE(settings.at("install.empty"), "");
    QCOMPARE(settings.size(), std::size_t(4));
    QVERIFY(parsePipFile("index-url = x\n[\n]\n=\n").size() < 2);
}

void TestPypi::mergesPipSettings()
{
    m_place->write("home/.config/pip/pip.conf",
                   "[global]\nindex-url = https://user-file/simple\ncert = /user/ca\nproxy = http://proxy:1\n"
                   "[download]\ntrusted-host = one two\n");
    m_place->write("extra.conf", "[global]\nindex-url = https://chosen-file/simple\n");
    qputenv("PIP_CONFIG_FILE", m_place->folder.filePath("extra.conf").toLocal8Bit());
    auto config = readPipConfig({});
    QVERIFY(config);
    QCOMPARE(config->indexUrls, std::vector<std::string>{"https://chosen-file/simple"});
    QCOMPARE(config->certificateFile, "/user/ca");
    QCOMPARE(config->proxy, "http://proxy:1");
    QCOMPARE(config->trustedHosts, (std::vector<std::string>{"one", "two"}));
    qputenv("PIP_INDEX_URL", "https://variable/simple");
    qputenv("PIP_EXTRA_INDEX_URL", "https://x https://y");
    config = readPipConfig({});
    QCOMPARE(config->indexUrls,
             (std::vector<std::string>{"https://variable/simple", "https://x", "https://y"}));
    qputenv("PIP_NO_INDEX", "true");
    QCOMPARE(readPipConfig({}).error().code, "registry-not-configured");
    qputenv("PIP_FIND_LINKS", "/wheels");
    config = readPipConfig({});
    QVERIFY(config && config->indexUrls.empty());
}

void TestPypi::readsTheDefaultIndexFromHelp_data()
{
    QTest::addColumn<QString>("help");
    QTest::addColumn<QString>("url");
    QTest::newRow("one line") << "  -i, --index-url <url>  Base URL (default https://h/simple). This "
                                 "should\n  --extra-index-url <url> X"
                              << "https://h/simple";
    QTest::newRow("wrapped")
        << "--index-url <url>  Base URL (default\n      https://h/simple). This\n  --extra-index-url <url>"
        << "https://h/simple";
    QTest::newRow("a default of another option")
        << "--index-url <url>  Base URL.\n  --extra-index-url <url> (default https://x)"
        << "";
    QTest::newRow("no option") << "usage: pip"
                               << "";
    QTest::newRow("cut") << "--index-url <url> (default https://h"
                         << "";
    QTest::newRow("no address") << "--index-url <url> (default none)\n --extra-index-url"
                                << "";
}

void TestPypi::readsTheDefaultIndexFromHelp()
{
    QFETCH(QString, help);
    QFETCH(QString, url);
    QCOMPARE(defaultIndexInHelp(help.toStdString()), url.toStdString());
}

void TestPypi::asksPipForItsDefault()
{
    m_place->writeProgram(
        "python3",
        "#!/bin/sh\necho '  -i, --index-url <url>   Base (default https://default.example/simple).'\n"
        "echo '  --extra-index-url <url>'\n");
    auto config = readPipConfig({});
    QVERIFY(config);
    QCOMPARE(config->indexUrls, std::vector<std::string>{"https://default.example/simple"});
    if (QFile::exists("/usr/bin/python3"))
        return;
    qputenv("PATH", "/nowhere");
    config = readPipConfig({});
    QVERIFY(!config);
    QCOMPARE(config.error().code, "registry-client-missing");
    QCOMPARE(config.error().facts.at("client"), "pip");
}

void TestPypi::readsIndexPages()
{
    const std::string digest(64, 'a');
    const auto json = parseSimpleJson(
        R"({"files":[{"filename":"a-1.whl","url":"../a-1.whl","hashes":{"sha256":")" + digest
        + R"("}},{"filename":"b"},{"filename":"c-1.whl","url":"c","hashes":{"sha256":"no"}},7]})");
    QVERIFY(json);
    QCOMPARE(json->size(), std::size_t(2));
    QCOMPARE(json->at(0), (IndexedFile{"a-1.whl", "../a-1.whl", digest}));
    QVERIFY(!json->at(1).sha256);
    QVERIFY(!parseSimpleJson("<html>"));
    QVERIFY(!parseSimpleJson("{\"files\":{}}"));
    const auto html = parseSimpleHtml("<html><a href=\"../x/a-1.whl#sha256=" + digest
                                      + "\" data-x='1'>a</a><A HREF='b%2B1.whl?k=1&amp;l=2'>b</A><a "
                                        "name=q>q</a><a href=\"dir/\">d</a><a href=\"cut");
    QCOMPARE(html.size(), std::size_t(2));
    QCOMPARE(html[0], (IndexedFile{"a-1.whl", "../x/a-1.whl", digest}));
    QCOMPARE(html[1], (IndexedFile{"b+1.whl", "b%2B1.whl?k=1&l=2", {}}));
    QCOMPARE(normalizedProject("Foo__Bar.-baz"), "foo-bar-baz");
}

void TestPypi::knowsDistributions_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("version");
    QTest::addColumn<bool>("is");
    QTest::newRow("wheel") << "my_pkg-1.2.0-py3-none-any.whl"
                           << "1.2.0" << true;
    QTest::newRow("wheel with build") << "my_pkg-1.2.0-1-py3-none-any.whl"
                                      << "1.2.0" << true;
    QTest::newRow("short version") << "my_pkg-1.2.0-py3-none-any.whl"
                                   << "1.2" << true;
    QTest::newRow("sdist") << "my-pkg-1.2.0.tar.gz"
                           << "1.2.0" << true;
    QTest::newRow("zip") << "My.Pkg-1.2.0.zip"
                         << "1.2.0" << true;
    QTest::newRow("other version") << "my_pkg-1.2.1-py3-none-any.whl"
                                   << "1.2.0" << false;
    QTest::newRow("longer version") << "my_pkg-1.2.0.post1-py3-none-any.whl"
                                    << "1.2.0" << false;
    QTest::newRow("other project") << "my_pkg_more-1.2.0-py3-none-any.whl"
                                   << "1.2.0" << false;
    QTest::newRow("metadata") << "my_pkg-1.2.0-py3-none-any.whl.metadata"
                              << "1.2.0" << false;
    QTest::newRow("signature") << "my-pkg-1.2.0.tar.gz.asc"
                               << "1.2.0" << false;
}

void TestPypi::knowsDistributions()
{
    QFETCH(QString, file);
    QFETCH(QString, version);
    QFETCH(bool, is);
    QCOMPARE(isDistribution(file.toStdString(), "My-Pkg", version.toStdString()), is);
}

void TestPypi::choosesTheFittingFile_data()
{
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QString>("chosen");
    const QString pure = "p-1-py3-none-any.whl";
    const QString mine = "p-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
    const QString newer = "p-1-cp312-cp312-manylinux_2_17_x86_64.whl";
    const QString arm = "p-1-cp311-cp311-manylinux_2_17_aarch64.whl";
    const QString musl = "p-1-cp311-cp311-musllinux_1_2_x86_64.whl";
    const QString windows = "p-1-cp311-cp311-win_amd64.whl";
    const QString source = "p-1.tar.gz";
    QTest::newRow("pure first") << QStringList{source, mine, pure} << pure;
    QTest::newRow("this machine's") << QStringList{source, arm, windows, musl, mine} << mine;
    QTest::newRow("source at last") << QStringList{source, arm, windows} << source;
    QTest::newRow("two for this machine") << QStringList{mine, newer, source} << "";
    QTest::newRow("none fits") << QStringList{arm, windows} << "";
    QTest::newRow("none") << QStringList{} << "";
}

void TestPypi::choosesTheFittingFile()
{
    QFETCH(QStringList, names);
    QFETCH(QString, chosen);
    std::vector<std::string> list;
    for (const QString &name : names)
        list.push_back(name.toStdString());
    QCOMPARE(onlyFittingFile(list, "x86_64").value_or(""), chosen.toStdString());
}

void TestPypi::resolvesFromIndexes()
{
    START_SERVER(server, m_place->folder.path());
    const std::string digest(64, 'd');
    m_place->write(
        "simple/my-pkg/index",
        R"({"files":[{"filename":"my_pkg-1.0-py3-none-any.whl","url":"../../files/my_pkg-1.0-py3-none-any.whl","hashes":{"sha256":")"
            + digest + R"("}},{"filename":"my_pkg-2.0-py3-none-any.whl","url":"x"}]})");
    m_place->write("second/my-pkg/index",
                   "<a href=\"/plain/other/my_pkg-1.0-py3-none-any.whl#sha256=" + digest
                       + "\">x</a>"
                         "<a href=\"/plain/bad/my_pkg-1.0-py3-none-any.whl#sha256="
                       + std::string(64, 'e') + "\">x</a>");
    qputenv("PIP_INDEX_URL", QByteArray::fromStdString(server.url("plain/simple/")));
    qputenv("PIP_EXTRA_INDEX_URL", QByteArray::fromStdString(server.url("plain/second")));
    auto file = resolvePypi("My_Pkg", "1.0", "");
    QVERIFY2(file, file ? "" : file.error().code.c_str());
    QCOMPARE(file->file, "my_pkg-1.0-py3-none-any.whl");
    QCOMPARE(file->sha256.value(), digest);
    QCOMPARE(file->urls, (std::vector<std::string>{server.url("plain/files/my_pkg-1.0-py3-none-any.whl"),
                                                   server.url("plain/other/my_pkg-1.0-py3-none-any.whl")}));
    QVERIFY(server.header(0, "accept").contains("application/vnd.pypi.simple.v1+json"));
    QCOMPARE(server.requests()[0]["path"].toString(), "/plain/simple/my-pkg/");
}

void TestPypi::keepsIndexCredentials()
{
    START_SERVER(server, m_place->folder.path());
    m_place->write(
        "pkg/index",
        "<a href=\"p/pkg-1.0.tar.gz\">x</a><a href=\"http://elsewhere.example/pkg-1.0.tar.gz\">y</a>");
    const std::string index = "http://user:pass@127.0.0.1:" + server.port() + "/plain";
    qputenv("PIP_INDEX_URL", QByteArray::fromStdString(index));
    auto file = resolvePypi("pkg", "1.0", "pkg-1.0.tar.gz");
    QVERIFY(file);
    QCOMPARE(file->urls, (std::vector<std::string>{index + "/pkg/p/pkg-1.0.tar.gz",
                                                   "http://elsewhere.example/pkg-1.0.tar.gz"}));
    QCOMPARE(server.header(0, "authorization"), "Basic dXNlcjpwYXNz");
}

void TestPypi::prefersFindLinks()
{
    m_place->write("wheels/pkg-1.0-py3-none-any.whl", "x");
    m_place->write("wheels/pkg-1.1-py3-none-any.whl", "x");
    qputenv("PIP_FIND_LINKS", m_place->folder.filePath("wheels").toLocal8Bit());
    qputenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple");
    auto file = resolvePypi("pkg", "1.0", "");
    QVERIFY(file);
    QCOMPARE(file->urls,
             std::vector<std::string>{
                 "file://" + m_place->folder.filePath("wheels/pkg-1.0-py3-none-any.whl").toStdString()});
    qputenv("PIP_FIND_LINKS", ("file://" + m_place->folder.filePath("wheels")).toLocal8Bit());
    QVERIFY(resolvePypi("pkg", "1.1", "pkg-1.1-py3-none-any.whl"));
}

void TestPypi::tellsPypiFailuresApart()
{
    qputenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple");
    auto file = resolvePypi("pkg", "1.0", "");
    QVERIFY(!file);
    QCOMPARE(file.error().code, "registry-unreachable");
    QCOMPARE(file.error().facts.at("host"), "127.0.0.1:1");
    QCOMPARE(file.error().cause->code, "network-unreachable");
    START_SERVER(server, m_place->folder.path());
    m_place->write("pkg/index", "<a href=\"pkg-1.0-cp311-cp311-linux_x86_64.whl\">x</a><a "
                                "href=\"pkg-1.0-cp312-cp312-linux_x86_64.whl\">x</a>");
    qputenv("PIP_INDEX_URL", QByteArray::fromStdString(server.url("plain")));
    QCOMPARE(resolvePypi("none", "1.0", "").error().code, "package-unknown");
    QCOMPARE(resolvePypi("pkg", "9.0", "").error().code, "package-unknown");
    QCOMPARE(resolvePypi("pkg", "1.0", "pkg-1.0.tar.gz").error().code, "package-unknown");
    auto ambiguous = resolvePypi("pkg", "1.0", "");
    QVERIFY(!ambiguous);
    QCOMPARE(ambiguous.error().code, "package-ambiguous");
    QCOMPARE(ambiguous.error().facts.at("found"),
             "pkg-1.0-cp311-cp311-linux_x86_64.whl, pkg-1.0-cp312-cp312-linux_x86_64.whl");
    qputenv("PIP_INDEX_URL", QByteArray::fromStdString(server.url("status-403-9")));
    QCOMPARE(resolvePypi("pkg", "1.0", "").error().code, "registry-answer");
    qputenv("PIP_INDEX_URL", QByteArray::fromStdString(server.url("status-503-9")));
    QCOMPARE(resolvePypi("pkg", "1.0", "").error().code, "registry-unreachable");
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(resolvePypi("pkg", "1.0", "", stop.get_token()).error().code, "cancelled");
}

QTEST_GUILESS_MAIN(TestPypi)
#include "tst_pypi.moc"
