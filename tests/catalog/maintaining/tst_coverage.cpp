#include "catalog/choosing/ranking_keys.h"
#include "catalog/maintaining/catalog_diff.h"
#include "catalog/maintaining/coverage.h"
#include "catalog/maintaining/explanation.h"
#include "core/files.h"

#include <QXmlStreamReader>
#include <QtTest>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

/// Coverage, differences and explanations over the recorded computers.
class TestCoverage : public QObject {
    Q_OBJECT

    Catalog m_catalog;
    Recordings m_recordings;

    const Demo &demo(const std::string &id) const
    {
        return *std::find_if(m_catalog.demos.begin(), m_catalog.demos.end(),
                             [&](const Demo &each) { return each.id == id; });
    }

private slots:
    void initTestCase()
    {
        m_catalog = *loadCatalog(fs::path(FIRSTLIGHT_SOURCE_DIR "/catalog"));
        m_recordings = *findRecordings({FIRSTLIGHT_TESTS_DIR "/machines"});
        QVERIFY(m_catalog.faults.empty());
    }

    void everyRecordingIsRead()
    {
        std::size_t entries = 0;
        for ([[maybe_unused]] const auto &entry : fs::directory_iterator(FIRSTLIGHT_TESTS_DIR "/machines"))
            ++entries;
        QCOMPARE(m_recordings.machines.size(), entries);
        QVERIFY(m_recordings.unread.empty());
        QCOMPARE(findRecordings({"/nowhere"}).error().code, std::string("machine-recording-unreadable"));
    }

    void unreadableIsNamed()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-cov-");
        QVERIFY(writeFileAtomically(folder->path() / "deep/notes.txt", "no computer\n"));
        const auto found = findRecordings({folder->path()});
        QVERIFY(found && found->machines.empty());
        QCOMPARE(found->unread.size(), std::size_t(1));
        QVERIFY(found->unread[0].path.ends_with("deep/notes.txt"));
        QVERIFY(!found->unread[0].reason.code.empty());
    }

    /// What design and README promise to everybody with an ordinary computer.
    void promise()
    {
        constexpr std::uint64_t enough = 4'000'000'000;
        const Coverage coverage = coverageOf(m_catalog.demos, m_recordings.machines);
        int promised = 0;
        for (std::size_t row = 0; row < coverage.rows.size(); ++row) {
            const Machine &machine = m_recordings.machines[row].machine;
            const std::string level = machine.cpu.isaLevel.value_or("");
            const bool ordinary = machine.cpu.architecture == "aarch64"
                                  || (machine.cpu.architecture == "x86_64" && level >= "x86-64-v2");
            if (!ordinary || machine.memory.totalBytes.value_or(enough) < enough)
                continue;
            ++promised;
            for (const char *id : {"chat", "speak", "listen", "upscale", "sing"}) {
                const auto column = std::find(coverage.demos.begin(), coverage.demos.end(), id);
                QVERIFY2(column != coverage.demos.end(), id);
                const CoverageCell &cell
                    = coverage.rows[row].cells[static_cast<std::size_t>(column - coverage.demos.begin())];
                QVERIFY2(
                    cell.verdict == Verdict::RunsNow,
                    qPrintable(QString::fromStdString(coverage.rows[row].machine + " does not get " + id)));
            }
        }
        QVERIFY(promised >= 10);
    }

    void jsonAndPicture()
    {
        const Coverage coverage = coverageOf(m_catalog.demos, m_recordings.machines);
        const nlohmann::json json = toJson(coverage);
        QCOMPARE(json["machines"].size(), m_recordings.machines.size());
        for (const auto &machine : json["machines"]) {
            int running = 0;
            for (const auto &[id, cell] : machine["demos"].items()) {
                running += cell["verdict"] == "runs-now" ? 1 : 0;
                // Whatever does not run says why.
                QCOMPARE(cell["nearest"].is_null(), cell["verdict"] == "runs-now");
            }
            QCOMPARE(machine["running"].get<int>(), running);
        }
        const std::string svg = heatMap(coverage, {"A <title> & more", "runs", "fix", "unknown", "cannot"});
        QXmlStreamReader reader(QString::fromStdString(svg));
        int fields = 0;
        while (!reader.atEnd()) {
            if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == u"rect")
                ++fields;
            QVERIFY(reader.name() != u"script");
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        const auto cells = coverage.demos.size() * coverage.rows.size();
        QCOMPARE(std::size_t(fields), cells + 5); // and the background, and four in the legend
    }

    /// The order that choose() makes follows from the keys that explain shows.
    void keysExplainEveryOrder()
    {
        std::set<RankingKey> seen;
        for (const RecordedMachine &recorded : m_recordings.machines) {
            for (const Demo &each : m_catalog.demos) {
                const auto explained = explainChoice(each, recorded.machine);
                QVERIFY(explained);
                QCOMPARE(explained->size(), each.variants.size());
                for (std::size_t at = 0; at + 1 < explained->size(); ++at) {
                    const ExplainedVariant &one = (*explained)[at];
                    const ExplainedVariant &next = (*explained)[at + 1];
                    QVERIFY(one.beforeNext);
                    seen.insert(*one.beforeNext);
                    const RankingKeys &a = one.keys;
                    const RankingKeys &b = next.keys;
                    const auto fact = [&](bool right) {
                        QVERIFY2(right,
                                 qPrintable(QString::fromStdString(
                                     recorded.name + " " + each.id + ": " + one.choice.variant + " before "
                                     + next.choice.variant + " by " + nameOf(*one.beforeNext))));
                    };
                    switch (*one.beforeNext) {
                    case RankingKey::Verdict:
                        fact(a.verdict < b.verdict);
                        break;
                    case RankingKey::Placement:
                        fact(a.placement < b.placement);
                        break;
                    case RankingKey::Pace:
                        fact(a.pace > b.pace);
                        break;
                    case RankingKey::Obstacles:
                        fact(a.obstacles < b.obstacles);
                        break;
                    case RankingKey::Lock:
                        fact(!a.unlocked && b.unlocked);
                        break;
                    case RankingKey::Weight:
                        fact(a.weight > b.weight);
                        break;
                    case RankingKey::Memory:
                        fact(a.memoryBytes && (!b.memoryBytes || *a.memoryBytes < *b.memoryBytes));
                        break;
                    case RankingKey::Inclusion:
                        break;
                    case RankingKey::Id:
                        fact(one.choice.variant < next.choice.variant);
                        break;
                    }
                }
            }
        }
        QVERIFY(seen.size() >= 5);
    }

    void explainsWhatIsMissing()
    {
        const auto recorded
            = std::find_if(m_recordings.machines.begin(), m_recordings.machines.end(),
                           [](const RecordedMachine &each) { return each.name == "amd-epyc-milan-guest"; });
        const auto explained = explainChoice(demo("chat"), recorded->machine, "llamacpp-cuda");
        QVERIFY(explained);
        QCOMPARE(explained->size(), std::size_t(1));
        const ExplainedRequirement &tree = explained->front().requirement;
        QCOMPARE(tree.truth, Truth::No);
        QVERIFY(tree.line > 1);
        const auto device
            = std::find_if(tree.children.begin(), tree.children.end(),
                           [](const ExplainedRequirement &child) { return child.what == "device"; });
        QVERIFY(device != tree.children.end());
        QCOMPARE(device->truth, Truth::No);
        QCOMPARE(explainChoice(demo("chat"), recorded->machine, "llamacpp-cud").error().code,
                 std::string("variant-unknown"));
    }

    void differences()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-diff-");
        const auto write = [&](const std::string &side, std::string text) {
            QVERIFY(writeFileAtomically(folder->path() / side / "demos/chat.yaml", text));
        };
        const std::string head = "schema: firstlight/1\nid: chat\nkind: tool\nname: { en: C, zh_CN: 聊 "
                                 "}\nsummary: { en: C, zh_CN: 聊 "
                                 "}\nlicence: { code: MIT }\ninterface: { web: /, port: 8080, socket: true "
                                 "}\nready: { http: / }\n"
                                 "variants:\n";
        const auto variant = [](const std::string &id, const std::string &more) {
            return "  - id: " + id + "\n    image: a.b/c:" + id
                   + "\n    unlocked: true\n    requires: { arch: x86_64 }\n" + more;
        };
        write("old", head + variant("one", "    weight: 5\n") + variant("gone", ""));
        write("new", head + variant("two", "") + variant("one", "    weight: -5\n"));
        const auto before = loadCatalog(folder->path() / "old");
        const auto after = loadCatalog(folder->path() / "new");
        const auto changes = changesBetween(before->demos, after->demos);
        QVERIFY(changes);
        using Kind = CatalogChange::Kind;
        const std::vector<CatalogChange> expected
            = {{Kind::Removed, "chat", "variants.gone", {}, {}},
               {Kind::Changed, "chat", "variants.one.weight", "5", "-5"},
               {Kind::Added, "chat", "variants.two", {}, {}}};
        QVERIFY(*changes == expected);
        QVERIFY(changesBetween(before->demos, before->demos)->empty());

        const auto picks = pickChanges(before->demos, after->demos, m_recordings.machines);
        QVERIFY(!picks.empty());
        for (const PickChange &pick : picks) {
            QCOMPARE(pick.before, std::string("one"));
            QCOMPARE(pick.after, std::string("two"));
            QVERIFY(pick.key == RankingKey::Weight);
        }
        QVERIFY(pickChanges(after->demos, after->demos, m_recordings.machines).empty());
    }
};

QTEST_APPLESS_MAIN(TestCoverage)
#include "tst_coverage.moc"
