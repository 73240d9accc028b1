#include "catalog/maintaining/coverage.h"
#include "catalog/maintaining/explanation.h"
#include "core/files.h"
#include "hardware/probe.h"

#include <QXmlStreamReader>
#include <QtTest>
#include <nlohmann/json.hpp>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

const Catalog &shipped()
{
    static const Catalog catalog = *loadCatalog(FIRSTLIGHT_SOURCE_DIR "/catalog");
    return catalog;
}

const std::vector<NamedMachine> &recorded()
{
    static const std::vector<NamedMachine> machines = [] {
        std::vector<NamedMachine> all;
        for (const auto &entry : fs::directory_iterator(FIRSTLIGHT_TESTS_DIR "/machines")) {
            if (auto machine = loadMachine(entry.path()))
                all.push_back({entry.path().filename().string(), std::move(*machine)});
        }
        std::sort(all.begin(), all.end(),
                  [](const NamedMachine &a, const NamedMachine &b) { return a.name < b.name; });
        return all;
    }();
    return machines;
}

const CoverageCell &cellOf(const CoverageRow &row, const std::string &demo)
{
    return *std::find_if(row.cells.begin(), row.cells.end(),
                         [&](const CoverageCell &cell) { return cell.demo == demo; });
}

/// x86-64-v2 or later, or 64-bit Arm, with 4 GB as far as the recording tells.
bool isPromised(const Machine &machine)
{
    const auto &memory = machine.memory.totalBytes;
    if (memory && *memory < 4'000'000'000u)
        return false;
    const std::string level = machine.cpu.isaLevel.value_or("");
    return machine.cpu.architecture == "aarch64" || level == "x86-64-v2" || level == "x86-64-v3"
           || level == "x86-64-v4";
}

} // namespace

class TestCoverage : public QObject {
    Q_OBJECT

private slots:
    /// What the catalog owes everybody.
    void promise()
    {
        int promised = 0;
        const auto rows = coverageOf(shipped(), recorded());
        for (std::size_t index = 0; index < rows.size(); ++index) {
            if (!isPromised(recorded()[index].machine))
                continue;
            ++promised;
            for (const char *demo : {"chat", "speak", "listen", "upscale", "sing"}) {
                const CoverageCell &cell = cellOf(rows[index], demo);
                const std::string what = rows[index].machine + " " + demo + " " + cell.variant;
                QVERIFY2(cell.verdict == Verdict::RunsNow, what.c_str());
            }
        }
        QVERIFY(promised >= 10);
    }

    void everyCellIsAnswered()
    {
        for (const CoverageRow &row : coverageOf(shipped(), recorded())) {
            QCOMPARE(row.cells.size(), shipped().demos.size());
            for (const CoverageCell &cell : row.cells)
                QCOMPARE(cell.verdict == Verdict::RunsNow, !cell.nearest.has_value());
            const nlohmann::json json = toJson(row);
            QCOMPARE(json["demos"].size(), row.cells.size());
            QCOMPARE(json["running"], row.running());
        }
    }

    void pictureIsXml()
    {
        const auto rows = coverageOf(shipped(), recorded());
        QXmlStreamReader reader(QByteArray::fromStdString(toSvg(rows)));
        int cells = 0;
        while (!reader.atEnd()) {
            if (reader.readNext() == QXmlStreamReader::StartElement
                && reader.name() == QLatin1String("title"))
                ++cells;
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(cells, int(rows.size() * rows[0].cells.size()));
        QVERIFY(toSvg({}).find("</svg>") != std::string::npos);
    }

    void sameCatalogDoesNotDiffer() { QCOMPARE(diffOf(shipped(), shipped(), recorded()), CatalogDiff{}); }

    void differences()
    {
        Catalog after = shipped();
        const auto chat = std::find_if(after.demos.begin(), after.demos.end(),
                                       [](const Demo &demo) { return demo.id == "chat"; });
        const std::string first = chat->variants[0].id;
        chat->variants[0].weight = -1000;                // others come first now
        chat->variants[0].requires_.position = {999, 1}; // where it stands is no difference
        chat->variants[1].requires_.position = {998, 1};
        const std::string gone = chat->variants.back().id;
        chat->variants.pop_back();
        Demo added = *chat;
        added.id = "more";
        after.demos.erase(std::find_if(after.demos.begin(), after.demos.end(),
                                       [](const Demo &demo) { return demo.id == "sing"; }));
        after.demos.push_back(added);

        const CatalogDiff diff = diffOf(shipped(), after, recorded());
        QCOMPARE(diff.added, std::vector<std::string>{"more"});
        QCOMPARE(diff.removed, std::vector<std::string>{"sing"});
        QCOMPARE(diff.changed, std::vector<std::string>{"chat/" + first});
        QCOMPARE(diff.removedVariants, std::vector<std::string>{"chat/" + gone});
        QVERIFY(diff.addedVariants.empty());
        const auto pick = std::find_if(diff.picks.begin(), diff.picks.end(), [](const PickChange &each) {
            return each.machine == "amd-epyc-milan-guest";
        });
        QVERIFY(pick != diff.picks.end());
        QCOMPARE(pick->before.variant, first);
        QVERIFY(pick->after.variant != first);
    }

    void explanation()
    {
        const auto chat = std::find_if(shipped().demos.begin(), shipped().demos.end(),
                                       [](const Demo &demo) { return demo.id == "chat"; });
        const auto machine = std::find_if(recorded().begin(), recorded().end(), [](const NamedMachine &each) {
            return each.name == "amd-epyc-milan-guest";
        });
        const auto variant = std::find_if(chat->variants.begin(), chat->variants.end(),
                                          [](const Variant &each) { return each.id == "llamacpp-cuda"; });
        const ExplainedRequirement tree = explainRequirement(*variant, machine->machine);
        QCOMPARE(tree.answer, Answer::No);
        QCOMPARE(tree.children.size(), 3u);
        QCOMPARE(tree.children[0].answer, Answer::Yes);
        QCOMPARE(tree.children[0].words, std::string("arch = x86_64, aarch64"));
        QCOMPARE(tree.children[1].answer, Answer::No);
        QVERIFY(tree.children[1].position.line > 0);
        QVERIFY(!tree.children[1].obstacles.empty());

        const Choice choice = *choose(*chat, machine->machine);
        const auto ranks = explainRanking(*chat, choice);
        QCOMPARE(ranks.size(), chat->variants.size());
        QCOMPARE(ranks[0].variant, choice.ranked[0].variant);
    }
};

QTEST_APPLESS_MAIN(TestCoverage)
#include "tst_coverage.moc"
