#include "bad_entries.h"

#include "catalog/catalog.h"
#include "core/files.h"
#include "core/process.h"

#include <QtTest>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

/// The published JSON Schema and the loader must be of one mind.
class TestJsonSchema : public QObject {
    Q_OBJECT

private:
    TemporaryDirectory m_directory
        = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-schema-");

    /// The files among \a files that the schema accepts; nullopt: this computer has no validator.
    std::optional<std::set<std::string>> accepted(const std::string &schema,
                                                  const std::vector<std::string> &files)
    {
        ProcessSpec spec{.program = "/usr/bin/python3"}; // the system's own, where the packages are
        if (!fs::exists(spec.program))
            spec.program = "python3";
        spec.arguments = {FIRSTLIGHT_TESTS_DIR "/catalog/validate.py",
                          FIRSTLIGHT_SOURCE_DIR "/catalog/schema/" + schema};
        spec.arguments.insert(spec.arguments.end(), files.begin(), files.end());
        const Result<ProcessResult> result = runProcess(spec);
        if (!result || result->exitCode == 77)
            return std::nullopt;
        [&] { QVERIFY2(result->succeeded(), result->errorOutput.c_str()); }();
        std::set<std::string> good;
        for (const QByteArray &line : QByteArray::fromStdString(result->output).split('\n')) {
            if (line.startsWith("good "))
                good.insert(line.mid(5).toStdString());
        }
        return good;
    }

private slots:
    void ownFiles()
    {
        std::vector<std::string> demos = {FIRSTLIGHT_TESTS_DIR "/catalog/data/full.yaml",
                                          FIRSTLIGHT_TESTS_DIR "/catalog/data/extended.yaml"};
        for (const auto &entry : fs::directory_iterator(FIRSTLIGHT_SOURCE_DIR "/catalog/demos"))
            demos.push_back(entry.path().string());
        const auto good = accepted("firstlight-1.schema.json", demos);
        if (!good)
            QSKIP("python3-jsonschema and python3-yaml are not installed");
        QCOMPARE(good->size(), demos.size());

        std::vector<std::string> recipes;
        for (const auto &entry : fs::directory_iterator(FIRSTLIGHT_SOURCE_DIR "/catalog/images")) {
            if (fs::exists(entry.path() / "recipe.yaml"))
                recipes.push_back((entry.path() / "recipe.yaml").string());
        }
        QCOMPARE(accepted("firstlight-recipe-1.schema.json", recipes)->size(), recipes.size());
    }

    void badEntriesAreBadToBoth()
    {
        std::vector<std::string> files;
        for (std::size_t i = 0; i < badEntries().size(); ++i) {
            const std::string base = *readFile(FIRSTLIGHT_TESTS_DIR + baseFile(badEntries()[i]));
            files.push_back((m_directory.path() / (std::to_string(i) + ".yaml")).string());
            QVERIFY(writeFileAtomically(files.back(), spoiled(base, badEntries()[i])));
        }
        const auto good = accepted("firstlight-1.schema.json", files);
        if (!good)
            QSKIP("python3-jsonschema and python3-yaml are not installed");
        for (std::size_t i = 0; i < badEntries().size(); ++i) {
            if (badEntries()[i].schemaSeesIt)
                QVERIFY2(!good->contains(files[i]), badEntries()[i].name);
        }
    }

    /// Small changes all over the file: what the schema refuses, the loader refuses.
    void loaderIsNeverMoreLenient_data()
    {
        QTest::addColumn<QByteArray>("base");
        for (const char *base : {"full", "extended"})
            QTest::newRow(base) << QByteArray(base);
    }
    void loaderIsNeverMoreLenient()
    {
        QFETCH(QByteArray, base);
        const std::string name = base.toStdString() + ".yaml";
        const std::string whole = *readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/" + name);
        std::vector<std::string> files;
        std::map<std::string, std::string> loaded; // file → the line that was changed
        int number = 0;
        for (std::size_t at = whole.find('\n'); at < whole.size(); at += 23) {
            for (const char replacement : {'x', '7', ' ', '-'}) {
                std::string changed = whole;
                changed[at] = replacement;
                const fs::path folder = m_directory.path() / (name + std::to_string(number++));
                files.push_back((folder / name).string());
                QVERIFY(writeFileAtomically(files.back(), changed));
                if (parseDemo(changed, files.back()))
                    loaded[files.back()] = changed.substr(whole.rfind('\n', at - 1) + 1,
                                                          whole.find('\n', at) - whole.rfind('\n', at - 1));
            }
        }
        const auto good = accepted("firstlight-1.schema.json", files);
        if (!good)
            QSKIP("python3-jsonschema and python3-yaml are not installed");
        QVERIFY(loaded.size() > 50);
        for (const auto &[file, line] : loaded)
            QVERIFY2(good->contains(file), line.c_str());
    }
};

QTEST_APPLESS_MAIN(TestJsonSchema)
#include "tst_json_schema.moc"
