#include "registry_place.h"

#include "transfer/apt_config.h"
#include "transfer/package_registries.h"

#include <QTest>

using namespace firstlight;

/// apt as scripts of our own.
class TestDebian : public QObject {
    Q_OBJECT

private slots:
    void init() { m_place = std::make_unique<RegistryPlace>(); }
    void cleanup() { m_place.reset(); }

    void readsAptTargets();
    void readsAptSettings();
    void resolvesDebian();
    void missesApt();

private:
    std::unique_ptr<RegistryPlace> m_place;
};

void TestDebian::readsAptTargets()
{
    QCOMPARE(
        debianMirrors(
            "Debian|http://a.example/debian/\nDebian|http://a.example/debian/\nOther|http://ppa.example/\n"
            "|https://unknown.example/debian\nDebian|cdrom://[disc]/\nDebian|file:///srv/debian/\nbroken\n"
            "Debian|http://a.example/debian-security/\n"),
        (std::vector<std::string>{"http://a.example/debian", "https://unknown.example/debian",
                                  "file:///srv/debian", "http://a.example/debian-security"}));
    QVERIFY(debianMirrors("").empty());
}

void TestDebian::readsAptSettings()
{
    const std::string dump
        = "Acquire::http::Proxy \"http://proxy:3142\"\nAcquire::http::Proxy::direct.example \"DIRECT\"\n"
          "Acquire::https::CaInfo \"/etc/own.pem\"\nAcquire::https::Verify-Peer \"false\"\n";
    QCOMPARE(aptSettings(dump, "http://a.example/debian").proxy.value(), "http://proxy:3142");
    QCOMPARE(aptSettings(dump, "http://direct.example/debian").proxy.value(), "");
    QCOMPARE(aptSettings(dump, "https://a.example/debian").proxy.value(), "http://proxy:3142");
    QCOMPARE(aptSettings(dump, "https://a.example/debian").caFile, "/etc/own.pem");
    QVERIFY(!aptSettings(dump, "https://a.example/debian").verifyCertificate);
    QVERIFY(aptSettings(dump, "http://a.example/debian").caFile.empty());
    QVERIFY(!aptSettings("", "http://a.example/debian").proxy);
}

void TestDebian::resolvesDebian()
{
    m_place->writeProgram(
        "apt-get", "#!/bin/sh\necho 'Debian|http://a.example/debian/'\necho 'Debian|file:///srv/debian'\n");
    m_place->writeProgram("apt-config", "#!/bin/sh\necho 'Acquire::http::Proxy \"http://proxy:1\"'\n");
    auto file = resolveDebian("pool/main/h/hostname/hostname_3.23+nmu1_amd64.deb");
    QVERIFY(file);
    QCOMPARE(file->urls, (std::vector<std::string>{
                             "http://a.example/debian/pool/main/h/hostname/hostname_3.23%2Bnmu1_amd64.deb",
                             "file:///srv/debian/pool/main/h/hostname/hostname_3.23%2Bnmu1_amd64.deb"}));
    QCOMPARE(file->proxy.value(), "http://proxy:1");
    QCOMPARE(file->file, "hostname_3.23+nmu1_amd64.deb");
}

void TestDebian::missesApt()
{
    qputenv("PATH", "/nowhere");
    auto file = resolveDebian("pool/a.deb");
    QVERIFY(!file);
    QCOMPARE(file.error().code, "registry-client-missing");
    QCOMPARE(file.error().facts.at("client"), "apt-get");
}

QTEST_GUILESS_MAIN(TestDebian)
#include "tst_debian.moc"
