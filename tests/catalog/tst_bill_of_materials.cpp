#include "catalog/bill_of_materials.h"
#include "core/files.h"

#include <QtTest>
#include <nlohmann/json.hpp>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;
using nlohmann::json;

class TestBillOfMaterials : public QObject {
    Q_OBJECT

private slots:
    void names()
    {
        Recipe recipe{.id = "r", .digest = "d"};
        recipe.inputs.push_back({.file = {.name = "x.tgz", .sources = {"npm:@a/b-c@1.2.3"}, .sha256 = "11"},
                                 .licence = "MIT OR Apache-2.0"});
        recipe.inputs.push_back({.file = {.name = "y.whl", .sources = {"pypi:y@2.0+cpu"}, .sha256 = "22"}});
        recipe.inputs.push_back({.debs = {{.name = "g++_1_amd64.deb", .sha256 = "33"},
                                          {.name = "zlib1g_1_arm64.deb", .sha256 = "44"}},
                                 .debVersions = {"g++ 4:12.2.0-3", "zlib1g 1:1.2.13.dfsg-1"},
                                 .rootfsTar = "builder.tar"});
        recipe.inputs.push_back({.debs = {{.name = "zlib1g_1_arm64.deb", .sha256 = "44"},
                                          {.name = "zlib1g_1_arm64.deb", .sha256 = "44"}},
                                 .debVersions = {"zlib1g 1:1.2.13.dfsg-1", "zlib1g 1:1.2.13.dfsg-1"},
                                 .rootfsTar = "runtime.tar"});
        const json bill = billOfMaterials(recipe);
        const json &parts = bill["components"];
        QCOMPARE(parts.size(), 4u); // what is there twice is named once
        QCOMPARE(parts[0]["purl"].get<std::string>(), std::string("pkg:npm/%40a/b-c@1.2.3"));
        QCOMPARE(parts[0]["name"].get<std::string>(), std::string("@a/b-c"));
        QCOMPARE(parts[0]["licenses"][0]["expression"].get<std::string>(), std::string("MIT OR Apache-2.0"));
        QCOMPARE(parts[0]["hashes"][0]["content"].get<std::string>(), std::string("11"));
        QCOMPARE(parts[1]["purl"].get<std::string>(), std::string("pkg:pypi/y@2.0%2Bcpu"));
        QVERIFY(!parts[1].contains("licenses"));
        QCOMPARE(parts[2]["purl"].get<std::string>(),
                 std::string("pkg:deb/debian/g%2B%2B@4%3A12.2.0-3?arch=amd64"));
        QCOMPARE(parts[2]["scope"].get<std::string>(), std::string("excluded")); // only to build with
        QCOMPARE(parts[3]["version"].get<std::string>(), std::string("1:1.2.13.dfsg-1"));
        QVERIFY(!parts[3].contains("scope"));
        QCOMPARE(bill["metadata"]["component"]["version"].get<std::string>(), std::string("d"));
    }

    /// Whatever goes into an image of ours is named, with what proves that it is that.
    void shippedRecipes()
    {
        const fs::path images = FIRSTLIGHT_SOURCE_DIR "/catalog/images";
        int recipes = 0;
        for (const fs::directory_entry &entry : fs::directory_iterator(images)) {
            if (!fs::exists(entry.path() / "recipe.yaml"))
                continue;
            ++recipes;
            const std::string id = entry.path().filename().string();
            const auto recipe = loadRecipe(images, id);
            QVERIFY2(recipe, id.c_str());
            const json bill = billOfMaterials(*recipe);
            QCOMPARE(bill, billOfMaterials(*loadRecipe(images, id)));
            std::set<std::string> digests;
            for (const json &part : bill["components"]) {
                QVERIFY2(part["hashes"][0]["content"].get<std::string>().size() == 64, id.c_str());
                QVERIFY2(!part["name"].get<std::string>().empty() && !part["version"].get<std::string>().empty(),
                         part.dump().c_str());
                digests.insert(part["hashes"][0]["content"].get<std::string>());
            }
            for (const RecipeInput &input : recipe->inputs) {
                if (input.rootfsTar.empty())
                    QVERIFY2(digests.contains(*input.file.sha256), input.file.name.c_str());
                for (const WantedFile &deb : input.debs)
                    QVERIFY2(digests.contains(*deb.sha256), deb.name.c_str());
            }
        }
        QVERIFY(recipes >= 10);
    }
};

QTEST_GUILESS_MAIN(TestBillOfMaterials)
#include "tst_bill_of_materials.moc"
