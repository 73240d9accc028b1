#include "core/files.h"
#include "core/process.h"
#include "transfer/archive.h"
#include "transfer/store.h"

#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace firstlight;

/// One tiny package from each registry that this computer is configured for; skips what cannot be reached.
class TestRealRegistries : public QObject {
    Q_OBJECT

private slots:
    void pypiMember();
    void npmMember();
    void debianPackage();
};

namespace {

std::string chain(const Error &error)
{
    std::string text = error.code;
    for (const auto &[name, value] : error.facts)
        text += " " + name + "=" + value;
    text += error.detail.empty() ? "" : " (" + error.detail + ")";
    return error.cause ? text + " <- " + chain(*error.cause) : text;
}

bool isNoNetwork(const Error &error)
{
    for (const Error *one = &error; one; one = one->cause.get()) {
        if (one->code == "registry-unreachable" || one->code == "registry-client-missing"
            || one->code == "registry-not-configured" || one->code.starts_with("network-"))
            return true;
    }
    return false;
}

#define FETCH_OR_SKIP(path, store, wanted)                                                                   \
    NoProgress progress;                                                                                     \
    const auto path = (store).fetch(wanted, progress);                                                       \
    if (!path && isNoNetwork(path.error()))                                                                  \
        QSKIP(("the registry cannot be reached: " + chain(path.error())).c_str());                           \
    QVERIFY2(path, path ? "" : chain(path.error()).c_str())

} // namespace

void TestRealRegistries::pypiMember()
{
    QTemporaryDir folder;
    Store store(folder.path().toStdString());
    const WantedFile wanted{.name = "six.py",
                            .sources = {"pypi:six@1.16.0!six.py"},
                            .sha256 = "4ce39f422ee71467ccac8bed76beb05f8c321c7f0ceda9279ae2dfa3670106b3",
                            .packageFile = "six-1.16.0-py2.py3-none-any.whl",
                            .packageSha256
                            = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"};
    FETCH_OR_SKIP(path, store, wanted);
    QVERIFY(readFile(*path)->find("__version__ = \"1.16.0\"") != std::string::npos);
    QVERIFY(std::filesystem::is_empty((store.root() / "incoming")));
}

void TestRealRegistries::npmMember()
{
    QTemporaryDir folder;
    Store store(folder.path().toStdString());
    const WantedFile wanted{.name = "package.json", .sources = {"npm:is-number@7.0.0!package.json"}};
    FETCH_OR_SKIP(path, store, wanted);
    QVERIFY(readFile(*path)->find("\"version\": \"7.0.0\"") != std::string::npos);
    QCOMPARE(store.find(wanted).value(), *path);
}

void TestRealRegistries::debianPackage()
{
    auto shown = runChecked({.program = "apt-cache", .arguments = {"show", "--no-all-versions", "hostname"}});
    if (!shown)
        QSKIP("apt-cache does not know the package hostname");
    WantedFile wanted{.name = "hostname.deb"};
    std::istringstream lines(shown->output);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("Filename: "))
            wanted.sources = {"debian:" + line.substr(10)};
        if (line.starts_with("SHA256: "))
            wanted.sha256 = line.substr(8);
        if (line.starts_with("Size: "))
            wanted.sizeBytes = std::stoull(line.substr(6));
    }
    if (wanted.sources.empty())
        QSKIP("the package lists were not fetched");
    QTemporaryDir folder;
    Store store(folder.path().toStdString());
    FETCH_OR_SKIP(path, store, wanted);
    bool found = false;
    auto read = readArchive(*path, [&](const ArchiveEntry &entry, const ContentReader &) -> Result<void> {
        found = found
                || (entry.path.ends_with("bin/hostname") && entry.type == ArchiveEntry::Type::File
                    && (entry.mode & 0111u));
        return {};
    });
    QVERIFY(read);
    QVERIFY(found);
}

QTEST_GUILESS_MAIN(TestRealRegistries)
#include "tst_real_registries.moc"
