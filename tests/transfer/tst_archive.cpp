#include "core/files.h"
#include "core/sha256.h"
#include "transfer/archive.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <clocale>
#include <fstream>
#include <map>

using namespace firstlight;

class TestArchive : public QObject {
    Q_OBJECT

private slots:
    void readsWhatOthersWrote_data();
    void readsWhatOthersWrote();
    void refusesUnsafe_data();
    void refusesUnsafe();
    void refusesDamaged_data();
    void refusesDamaged();
    void passesErrorsOn();
    void writesTheSameBytesTwice();
    void writesWhatTarReads();
    void refusesWrongSizes();
    void leavesNothingUnfinished();
};

namespace {

/// "type path content-or-target" of each entry, in order.
std::vector<std::string> listing(const QString &path, Result<void> *result = nullptr)
{
    std::vector<std::string> lines;
    auto read = readArchive(
        path.toStdString(), [&](const ArchiveEntry &entry, const ContentReader &content) -> Result<void> {
            std::string text;
            while (true) {
                auto piece = content();
                if (!piece)
                    return fail(piece.error());
                if (piece->empty())
                    break;
                text += *piece;
            }
            const char *types[] = {"file", "dir", "symlink", "hardlink", "other"};
            if (entry.type == ArchiveEntry::Type::File && entry.sizeBytes != text.size())
                text += " (size is wrong)";
            lines.push_back(std::string(types[static_cast<int>(entry.type)]) + " " + entry.path
                            + (entry.linkTarget.empty() ? "" : " -> " + entry.linkTarget)
                            + (text.empty() ? "" : " " + text));
            return {};
        });
    if (result)
        *result = read;
    else if (!read)
        lines.push_back("error " + read.error().code + " " + read.error().detail);
    return lines;
}

/// Runs Python with the target as its argument.
bool python(const QString &script, const QString &target)
{
    return QProcess::execute("python3", {"-c", script, target}) == 0;
}

const char *const tarScript = R"(
import tarfile,io,sys
t=tarfile.open(sys.argv[1],'MODE',format=tarfile.PAX_FORMAT)
def add(name,data=None,**more):
    i=tarfile.TarInfo(name)
    for k,v in more.items(): setattr(i,k,v)
    if data is not None: i.size=len(data)
    t.addfile(i,io.BytesIO(data) if data is not None else None)
add('./',type=tarfile.DIRTYPE)
add('./d',type=tarfile.DIRTYPE)
add('./d/a.txt',b'hello')
add('d/'+'x'*150,b'long')
add('d/\u706b.txt',b'fire')
add('d/link',type=tarfile.SYMTYPE,linkname='a.txt')
add('d/hard',type=tarfile.LNKTYPE,linkname='./d/a.txt')
t.close()
)";

const char *const zipScript = R"(
import zipfile,sys
z=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)
z.writestr('d/a.txt','hello')
z.writestr('d/\u706b.txt','fire')
z.close()
)";

const char *const debScript = R"(
import io,sys,tarfile
def tar(mode,entries):
    b=io.BytesIO(); t=tarfile.open(fileobj=b,mode=mode)
    for n,d in entries:
        i=tarfile.TarInfo(n); i.size=len(d); t.addfile(i,io.BytesIO(d))
    t.close(); return b.getvalue()
def member(name,data):
    return ('%-16s%-12s%-6s%-6s%-8s%-10d`\n'%(name,0,0,0,'100644',len(data))).encode()+data+(b'\n' if len(data)%2 else b'')
open(sys.argv[1],'wb').write(b'!<arch>\n'+member('debian-binary',b'2.0\n')+member('control.tar.gz',tar('w:gz',[('./control',b'x')]))
  +member('data.tar.MODE',tar('w:MODE',[('./usr/share/a.txt',b'hello'),('./usr/share/big',b'7'*300000)])))
)";

} // namespace

void TestArchive::readsWhatOthersWrote_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("entries");
    for (const char *mode : {"w", "w:gz", "w:bz2", "w:xz"})
        QTest::newRow(mode) << QString(tarScript).replace("MODE", mode) << 6;
    QTest::newRow("zip") << QString(zipScript) << 2;
    QTest::newRow("deb xz") << QString(debScript).replace("MODE", "xz") << 2;
    QTest::newRow("deb gz") << QString(debScript).replace("MODE", "gz") << 2;
    QTest::newRow("tar zst") << "zstd" << 6;
}

void TestArchive::readsWhatOthersWrote()
{
    QFETCH(QString, script);
    QFETCH(int, entries);
    if (QStandardPaths::findExecutable("python3").isEmpty())
        QSKIP("python3 is not installed, which writes the archives");
    QTemporaryDir folder;
    const QString path = folder.filePath("archive");
    if (script == "zstd") {
        if (QStandardPaths::findExecutable("zstd").isEmpty())
            QSKIP("zstd is not installed");
        QVERIFY(python(QString(tarScript).replace("MODE", "w"), folder.filePath("plain")));
        QCOMPARE(QProcess::execute("zstd", {"-q", folder.filePath("plain"), "-o", path}), 0);
    } else {
        QVERIFY(python(script, path));
    }
    std::setlocale(LC_ALL, "C");
    const auto lines = listing(path);
    QCOMPARE(static_cast<int>(lines.size()), entries);
    if (entries == 2 && script.contains("data.tar")) {
        QCOMPARE(lines[0], "file usr/share/a.txt hello");
        QCOMPARE(lines[1], "file usr/share/big " + std::string(300000, '7'));
        return;
    }
    const bool tar = entries == 6;
    QCOMPARE(lines[tar ? 1 : 0], "file d/a.txt hello");
    QCOMPARE(lines[tar ? 3 : 1], "file d/\u706b.txt fire");
    if (!tar)
        return;
    QCOMPARE(lines[0], "dir d");
    QCOMPARE(lines[2], "file d/" + std::string(150, 'x') + " long");
    QCOMPARE(lines[4], "symlink d/link -> a.txt");
    QCOMPARE(lines[5], "hardlink d/hard -> d/a.txt");
}

void TestArchive::refusesUnsafe_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("link");
    QTest::newRow("up") << "../a"
                        << "";
    QTest::newRow("up inside") << "a/../../b"
                               << "";
    QTest::newRow("absolute") << "/etc/passwd"
                              << "";
    QTest::newRow("only up") << ".."
                             << "";
    QTest::newRow("hard link out") << "a"
                                   << "../../etc/passwd";
    QTest::newRow("absolute hard link") << "a"
                                        << "/etc/passwd";
}

void TestArchive::refusesUnsafe()
{
    QFETCH(QString, name);
    QFETCH(QString, link);
    QTemporaryDir folder;
    const QString path = folder.filePath("a.tar");
    {
        auto tar = TarWriter::create(path.toStdString());
        QVERIFY(tar);
        QVERIFY(link.isEmpty() ? tar->addFile(name.toStdString(), "x")
                               : tar->addHardlink(name.toStdString(), link.toStdString()));
        QVERIFY(tar->finish());
    }
    Result<void> result;
    QVERIFY(listing(path, &result).empty());
    QVERIFY(!result);
    QCOMPARE(result.error().code, "archive-unsafe");
}

void TestArchive::refusesDamaged_data()
{
    QTest::addColumn<QString>("kind");
    for (const char *kind : {"words", "empty", "cut", "cut gz", "missing", "deb without data", "folder"})
        QTest::newRow(kind) << kind;
}

void TestArchive::refusesDamaged()
{
    QFETCH(QString, kind);
    QTemporaryDir folder;
    QString path = folder.filePath("a");
    if (kind == "words") {
        std::ofstream(path.toStdString()) << std::string(5000, 'w');
    } else if (kind == "empty") {
        std::ofstream(path.toStdString()).flush();
    } else if (kind == "deb without data") {
        std::ofstream(path.toStdString())
            << "!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n";
    } else if (kind == "folder") {
        path = folder.path();
    } else if (kind.startsWith("cut")) {
        if (QStandardPaths::findExecutable("python3").isEmpty())
            QSKIP("python3 is not installed, which writes the archives");
        QVERIFY(python(QString(tarScript).replace("MODE", kind == "cut" ? "w" : "w:gz"), path));
        std::filesystem::resize_file(path.toStdString(), kind == "cut" ? 2500 : 100);
    }
    Result<void> result;
    listing(path, &result);
    QVERIFY(!result);
    QCOMPARE(result.error().code, kind == "missing" || kind == "folder" ? "file-io" : "archive-damaged");
    QCOMPARE(result.error().facts.at("path"), path.toStdString());
}

void TestArchive::passesErrorsOn()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("a.tar").toStdString();
    auto tar = TarWriter::create(path);
    QVERIFY(tar && tar->addFile("a", "1") && tar->addFile("b", "2") && tar->finish());
    int calls = 0;
    auto read = readArchive(path, [&](const ArchiveEntry &, const ContentReader &) -> Result<void> {
        ++calls;
        return fail({.code = "own"});
    });
    QVERIFY(!read);
    QCOMPARE(read.error().code, "own");
    QCOMPARE(calls, 1);
}

void TestArchive::writesTheSameBytesTwice()
{
    QTemporaryDir folder;
    const std::string source = folder.filePath("source").toStdString();
    std::ofstream(source) << std::string(100000, 's');
    std::vector<std::string> digests;
    for (const char *name : {"one.tar", "two.tar"}) {
        const std::string path = folder.filePath(name).toStdString();
        auto tar = TarWriter::create(path);
        QVERIFY(tar);
        QVERIFY(tar->addDirectory("d"));
        QVERIFY(tar->addFile("d/short", "content", 0755));
        QVERIFY(tar->addFile("d/" + std::string(300, 'l'), "long"));
        QVERIFY(tar->addFile("d/\u706b", "fire"));
        QVERIFY(tar->addFileFrom("d/copy", source, 0600));
        QVERIFY(tar->addSymlink("d/link", "short"));
        QVERIFY(tar->addHardlink("d/hard", "d/short"));
        QVERIFY(tar->finish());
        digests.push_back(sha256OfFile(path).value());
        // The second is written in another locale and another minute's file times.
        std::setlocale(LC_ALL, "C.UTF-8");
        std::filesystem::last_write_time(source, std::filesystem::file_time_type::clock::now()
                                                     - std::chrono::hours(1));
    }
    QCOMPARE(digests[0], digests[1]);
    const auto lines = listing(folder.filePath("one.tar"));
    QCOMPARE(lines.size(), std::size_t(7));
    QCOMPARE(lines[0], "dir d");
    QCOMPARE(lines[2], "file d/" + std::string(300, 'l') + " long");
    QCOMPARE(lines[3], "file d/\u706b fire");
    QCOMPARE(lines[5], "symlink d/link -> short");
    QCOMPARE(lines[6], "hardlink d/hard -> d/short");
}

void TestArchive::writesWhatTarReads()
{
    if (QStandardPaths::findExecutable("tar").isEmpty())
        QSKIP("tar is not installed");
    QTemporaryDir folder;
    auto tar = TarWriter::create(folder.filePath("a.tar").toStdString());
    QVERIFY(tar);
    QVERIFY(tar->addDirectory("d", 0750) && tar->addFile("d/run", "x", 04755) && tar->addFile("d/e", "")
            && tar->finish());
    QProcess list;
    list.start("tar", {"--utc", "--full-time", "--numeric-owner", "-tvf", folder.filePath("a.tar")});
    QVERIFY(list.waitForFinished());
    const auto lines = list.readAllStandardOutput().split('\n');
    QVERIFY2(lines[0].startsWith("drwxr-x--- 0/0") && lines[0].endsWith("1970-01-01 00:00:00 d/"), lines[0]);
    QVERIFY2(lines[1].startsWith("-rwsr-xr-x 0/0") && lines[1].endsWith("1970-01-01 00:00:00 d/run"),
             lines[1]);
    QVERIFY2(lines[2].contains(" 0 1970"), lines[2]);
}

void TestArchive::refusesWrongSizes()
{
    QTemporaryDir folder;
    for (const std::uint64_t size : {3u, 5u}) {
        auto tar = TarWriter::create(folder.filePath("a.tar").toStdString());
        QVERIFY(tar);
        bool given = false;
        auto added = tar->addFile(
            "a", size,
            [&]() -> Result<std::string_view> {
                return std::exchange(given, true) ? std::string_view() : std::string_view("four");
            },
            0644);
        QVERIFY(!added);
        QCOMPARE(added.error().code, "file-changed");
    }
}

void TestArchive::leavesNothingUnfinished()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("a.tar").toStdString();
    {
        auto tar = TarWriter::create(path);
        QVERIFY(tar && tar->addFile("a", "1"));
        QVERIFY(std::filesystem::exists(path));
    }
    QVERIFY(!std::filesystem::exists(path));
    QCOMPARE(TarWriter::create("/proc/none/a.tar").error().code, "file-io");
}

QTEST_APPLESS_MAIN(TestArchive)
#include "tst_archive.moc"
