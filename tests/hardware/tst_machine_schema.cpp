#include "core/process.h"
#include "full_machine.h"
#include "hardware/machine_json.h"
#include "hardware/machine_schema.h"
#include "hardware/probe.h"
#include "recordings.h"

#include <nlohmann/json.hpp>

using namespace firstlight;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string schemaFile = FIRSTLIGHT_SOURCE_DIR "/catalog/schema/firstlight-machine-1.schema.json";

/// What the published schema says of each document: "good" or "bad REASON"; nullopt: no validator here.
std::optional<QStringList> judged(const std::vector<json> &documents)
{
    CraftedRoot folder;
    std::string lines;
    for (const json &document : documents)
        lines += document.dump() + '\n';
    folder.file("lines", lines);
    ProcessSpec spec{.program = "/usr/bin/python3"}; // the system's own, where the package is
    if (!fs::exists(spec.program))
        spec.program = "python3";
    spec.arguments
        = {FIRSTLIGHT_TESTS_DIR "/hardware/validate_lines.py", schemaFile, folder.path() / "lines"};
    const auto result = runProcess(spec);
    if (!result || result->exitCode == 77)
        return std::nullopt;
    [&] { QVERIFY2(result->succeeded(), result->errorOutput.c_str()); }();
    return QString::fromStdString(result->output).split('\n', Qt::SkipEmptyParts);
}

std::vector<json> recordedProfiles()
{
    std::vector<json> profiles;
    std::error_code none;
    for (const fs::path &folder : {ownMachines(), sharedMachines() / "archspec", sharedMachines() / "roots",
                                   sharedMachines() / "kfd"}) {
        for (const auto &entry : fs::directory_iterator(folder, none)) {
            if (const auto machine = loadMachine(entry.path()))
                profiles.push_back(toJson(*machine));
        }
    }
    return profiles;
}

/// The pointer of every property that the schema names, through the first item of each list.
void collectProperties(const json &schema, const std::string &pointer, std::vector<std::string> &pointers)
{
    if (!pointer.empty())
        pointers.push_back(pointer);
    if (schema.contains("items"))
        collectProperties(schema["items"], pointer + "/0", pointers);
    const json properties = schema.value("properties", json::object());
    for (const auto &[name, property] : properties.items())
        collectProperties(property, pointer + '/' + name, pointers);
}

} // namespace

class TestMachineSchema : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void publishedFileIsTheGeneratedOne()
    {
        const std::string generated = machineSchema().dump(2) + "\n";
        if (qEnvironmentVariableIsSet("FIRSTLIGHT_UPDATE_GOLDEN"))
            QVERIFY(writeFileAtomically(schemaFile, generated));
        const auto published = readFile(schemaFile);
        QVERIFY2(published, "no published schema: run with FIRSTLIGHT_UPDATE_GOLDEN=1");
        QVERIFY2(*published == generated, "run with FIRSTLIGHT_UPDATE_GOLDEN=1 and read the difference");
    }

    /// fullMachine() is what the next tests rest on.
    void everyPropertyIsInTheFullMachine()
    {
        const json profile = toJson(fullMachine());
        std::vector<std::string> pointers;
        collectProperties(machineSchema(), "", pointers);
        QVERIFY(pointers.size() > 130);
        for (const std::string &pointer : pointers) {
            const json::json_pointer place(pointer);
            QVERIFY2(profile.contains(place) && !profile[place].is_null(), pointer.c_str());
        }
    }

    void recordedMachinesAndThisOneAreValid()
    {
        std::vector<json> profiles = recordedProfiles();
        QVERIFY(profiles.size() >= 20);
        ProbeOptions options;
        options.storagePaths = {"/"};
        for (const Machine &machine : {Machine(), fullMachine(), probe(options).value()})
            profiles.push_back(toJson(machine));
        const auto verdicts = judged(profiles);
        if (!verdicts)
            QSKIP("python3-jsonschema is not installed");
        QCOMPARE(static_cast<std::size_t>(verdicts->size()), profiles.size());
        for (const QString &verdict : *verdicts)
            QCOMPARE(verdict, QString("good"));
    }

    /// Every property in turn gets a value of each type: the schema and the reader take the same ones.
    void schemaAndReaderAreOfOneMind()
    {
        const json profile = toJson(fullMachine());
        std::vector<std::string> pointers;
        collectProperties(machineSchema(), "", pointers);
        std::vector<json> documents;
        std::vector<std::string> changes;
        for (const std::string &pointer : pointers) {
            for (const json &value :
                 {json(nullptr), json(true), json(0), json(-1), json(1.5), json(5'000'000'000), json(~0ull),
                  json(""), json("0-3,8"), json("3-"), json("usable"), json("v2"), json::array(), json({"a"}),
                  json({1}), json({nullptr}), json::object()}) {
                json changed = profile;
                changed[json::json_pointer(pointer)] = value;
                changes.push_back(pointer + " = " + value.dump());
                documents.push_back(std::move(changed));
            }
        }
        const auto verdicts = judged(documents);
        if (!verdicts)
            QSKIP("python3-jsonschema is not installed");
        QCOMPARE(static_cast<std::size_t>(verdicts->size()), documents.size());
        for (std::size_t i = 0; i < documents.size(); ++i) {
            const bool good = (*verdicts)[static_cast<qsizetype>(i)] == "good";
            QVERIFY2(machineFromJson(json::parse(documents[i].dump())).has_value() == good,
                     changes[i].c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestMachineSchema)
#include "tst_machine_schema.moc"
