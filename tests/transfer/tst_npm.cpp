#include "registry_place.h"

#include "transfer/npm_config.h"
#include "transfer/package_registries.h"

#include <QTest>

using namespace firstlight;

/// npm registries of our own on loopback.
class TestNpm : public QObject {
    Q_OBJECT

private slots:
    void init() { m_place = std::make_unique<RegistryPlace>(); }
    void cleanup() { m_place.reset(); }

    void readsNpmrc();
    void mergesNpmSettings();
    void findsNpmCredentials_data();
    void findsNpmCredentials();
    void resolvesNpm();
    void resolvesNpmFromTheWholeDocument();
    void offersTheMirrorBeforeAnotherHost();
    void tellsNpmFailuresApart();

private:
    std::unique_ptr<RegistryPlace> m_place;
};

void TestNpm::readsNpmrc()
{
    qputenv("TOKEN_FOR_TEST", "t0ken");
    const auto settings = parseNpmrc(
        "; c\n# c\nregistry=https://r/\n@s:registry = \"https://s/\"\n//r/:_authToken=${TOKEN_FOR_TEST}\n"
        "a=${NOT_SET_AT_ALL}\nb=${NOT_SET_AT_ALL?}\nbroken\n[section]\n");
    qunsetenv("TOKEN_FOR_TEST");
    QCOMPARE(settings.at("registry"), "https://r/");
    QCOMPARE(settings.at("@s:registry"), "https://s/");
    QCOMPARE(settings.at("//r/:_authToken"), "t0ken");
    QCOMPARE(settings.at("a"), "${NOT_SET_AT_ALL}");
    QCOMPARE(settings.at("b"), "");
    QCOMPARE(settings.size(), std::size_t(5));
}

void TestNpm::mergesNpmSettings()
{
    m_place->write("home/.npmrc",
                   "registry=https://user/\ncafile=/user/ca\n@s:registry=https://scope/path/\n");
    auto settings = readNpmSettings();
    QCOMPARE(npmRegistry(settings, "pkg", {}).value(), "https://user");
    QCOMPARE(npmRegistry(settings, "@s/pkg", {}).value(), "https://scope/path");
    QCOMPARE(npmRegistry(settings, "@t/pkg", {}).value(), "https://user");
    QCOMPARE(settings["cafile"], "/user/ca");
    const QString before = QDir::currentPath();
    m_place->write("project/.npmrc", "registry=https://project/\n");
    QVERIFY(QDir::setCurrent(m_place->folder.filePath("project")));
    QCOMPARE(npmRegistry(readNpmSettings(), "pkg", {}).value(), "https://project");
    qputenv("NPM_CONFIG_REGISTRY", "https://variable/");
    QCOMPARE(npmRegistry(readNpmSettings(), "pkg", {}).value(), "https://variable");
    QDir::setCurrent(before);
    qputenv("PATH", "/nowhere");
    auto missing = npmRegistry({}, "pkg", {});
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, "registry-client-missing");
    QCOMPARE(missing.error().facts.at("client"), "npm");
}

void TestNpm::findsNpmCredentials_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("header");
    QTest::newRow("token") << "//h:8/npm/:_authToken"
                           << "t"
                           << "Bearer t";
    QTest::newRow("token of the host") << "//h:8/:_authToken"
                                       << "t"
                                       << "Bearer t";
    QTest::newRow("basic") << "//h:8/npm/:_auth"
                           << "dTpw"
                           << "Basic dTpw";
    QTest::newRow("another path") << "//h:8/other/:_authToken"
                                  << "t"
                                  << "";
    QTest::newRow("another port") << "//h:9/:_authToken"
                                  << "t"
                                  << "";
    QTest::newRow("a host that begins alike") << "//h:8.example/:_authToken"
                                              << "t"
                                              << "";
    QTest::newRow("for nobody") << "_authToken"
                                << "t"
                                << "";
}

void TestNpm::findsNpmCredentials()
{
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, header);
    QCOMPARE(npmAuthorization({{key.toStdString(), value.toStdString()}}, "https://h:8/npm"),
             header.toStdString());
    QCOMPARE(npmAuthorization({{"//h:8/:username", "u"}, {"//h:8/:_password", "cA=="}}, "https://h:8/npm"),
             "Basic dTpw");
}

void TestNpm::resolvesNpm()
{
    START_SERVER(server, m_place->folder.path());
    const std::string tarball = server.url("auth/pkg-1.0.0.tgz");
    m_place->write("@s/pkg/1.0.0", R"({"name":"@s/pkg","dist":{"tarball":")" + tarball + R"("}})");
    m_place->write("home/.npmrc", "@s:registry=" + server.url("auth") + "\n//127.0.0.1:" + server.port()
                                      + "/:_authToken=secret\n");
    auto file = resolveNpm("@s/pkg", "1.0.0");
    QVERIFY2(file, file ? "" : (file.error().code + file.error().detail).c_str());
    QCOMPARE(file->urls, std::vector<std::string>{tarball});
    QCOMPARE(file->file, "pkg-1.0.0.tgz");
    QCOMPARE(file->headers["Authorization"], "Bearer secret");
    QCOMPARE(file->credentialHost, "127.0.0.1:" + server.port());
    QCOMPARE(server.requests()[0]["path"].toString(), "/auth/@s%2fpkg/1.0.0");
    QCOMPARE(server.header(0, "authorization"), "Bearer secret");
}

void TestNpm::resolvesNpmFromTheWholeDocument()
{
    START_SERVER(server, m_place->folder.path());
    const std::string tarball = server.url("plain/pkg/-/pkg-1.0.0.tgz");
    m_place->write("pkg/index",
                   R"({"versions":{"1.0.0":{"dist":{"tarball":")" + tarball + R"("}},"2.0.0":{}}})");
    qputenv("NPM_CONFIG_REGISTRY", QByteArray::fromStdString(server.url("plain")));
    auto file = resolveNpm("pkg", "1.0.0");
    QVERIFY(file);
    QCOMPARE(file->urls, std::vector<std::string>{tarball});
    QCOMPARE(resolveNpm("pkg", "2.0.0").error().code, "package-unknown");
    QCOMPARE(resolveNpm("pkg", "3.0.0").error().code, "package-unknown");
}

void TestNpm::offersTheMirrorBeforeAnotherHost()
{
    START_SERVER(server, m_place->folder.path());
    m_place->write("pkg/1.0.0", R"({"dist":{"tarball":"https://upstream.example/pkg/-/pkg-1.0.0.tgz"}})");
    qputenv("NPM_CONFIG_REGISTRY", QByteArray::fromStdString(server.url("plain")));
    auto file = resolveNpm("pkg", "1.0.0");
    QVERIFY(file);
    QCOMPARE(file->urls, (std::vector<std::string>{server.url("plain/pkg/-/pkg-1.0.0.tgz"),
                                                   "https://upstream.example/pkg/-/pkg-1.0.0.tgz"}));
}

void TestNpm::tellsNpmFailuresApart()
{
    qputenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/");
    QCOMPARE(resolveNpm("pkg", "1.0.0").error().code, "registry-unreachable");
    START_SERVER(server, m_place->folder.path());
    m_place->write("pkg/1.0.0", "<html>");
    qputenv("NPM_CONFIG_REGISTRY", QByteArray::fromStdString(server.url("plain")));
    QCOMPARE(resolveNpm("none", "1.0.0").error().code, "package-unknown");
    QCOMPARE(resolveNpm("pkg", "1.0.0").error().code, "registry-answer");
}

QTEST_GUILESS_MAIN(TestNpm)
#include "tst_npm.moc"
