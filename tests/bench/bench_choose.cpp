#include "catalog/catalog.h"
#include "catalog/chooser.h"
#include "core/files.h"
#include "hardware/probe.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

/// Times the choice inside one process and prints a JSON object; tests/bench/choose shows it beside its peer.
///     bench_choose CATALOG MACHINE ROUNDS

using namespace firstlight;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

namespace {

/// Median of \a rounds runs, in seconds.
template <typename Work> double median(int rounds, Work work)
{
    std::vector<double> taken;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = Clock::now();
        work();
        taken.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::nth_element(taken.begin(), taken.begin() + rounds / 2, taken.end());
    return taken[static_cast<std::size_t>(rounds / 2)];
}

std::size_t variantsOf(const std::vector<Demo> &demos)
{
    std::size_t count = 0;
    for (const Demo &demo : demos)
        count += demo.variants.size();
    return count;
}

/// The shipped demos again and again under other names, until there are \a wanted variants.
std::vector<Demo> manyDemos(const std::vector<Demo> &shipped, std::size_t wanted)
{
    std::vector<Demo> demos;
    std::size_t count = 0;
    for (int copy = 0; count < wanted; ++copy) {
        for (const Demo &demo : shipped) {
            if (count >= wanted)
                break;
            demos.push_back(demo);
            demos.back().id += "-" + std::to_string(copy);
            if (count + demo.variants.size() > wanted)
                demos.back().variants.resize(wanted - count);
            count += demos.back().variants.size();
        }
    }
    return demos;
}

/// One demo with all of them.
Demo oneDemo(const std::vector<Demo> &shipped, std::size_t wanted)
{
    Demo all = shipped.front();
    all.variants.clear();
    for (std::size_t copy = 0; all.variants.size() < wanted; ++copy) {
        for (const Demo &demo : shipped) {
            for (const Variant &variant : demo.variants) {
                all.variants.push_back(variant);
                all.variants.back().id += "-" + demo.id + "-" + std::to_string(copy);
            }
            for (const auto &[id, model] : demo.models)
                all.models.emplace(id, model);
        }
    }
    all.variants.resize(wanted);
    return all;
}

double chooseAll(const std::vector<Demo> &demos, const Machine &machine, int rounds)
{
    std::size_t runs = 0;
    const double taken = median(rounds, [&] {
        for (const Result<Choice> &choice : Chooser(machine).chooseAll(demos))
            runs += choice->chosen() ? 1 : 0;
    });
    if (runs == 0)
        fmt::print(stderr, "nothing runs here\n");
    return taken;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        fmt::print(stderr, "bench_choose CATALOG MACHINE ROUNDS\n");
        return 2;
    }
    const fs::path catalogFolder = argv[1];
    const int rounds = std::max(1, std::atoi(argv[3]));
    const Result<Machine> machine = loadMachine(argv[2]);
    const Result<Catalog> catalog = loadCatalog(catalogFolder);
    if (!machine || !catalog || catalog->demos.empty()) {
        fmt::print(stderr, "cannot read the machine or the catalog\n");
        return 1;
    }

    nlohmann::json report;
    report["demos"] = catalog->demos.size();
    report["variants"] = variantsOf(catalog->demos);
    report["shippedSeconds"] = chooseAll(catalog->demos, *machine, rounds);
    report["parseSeconds"] = median(rounds, [&] { static_cast<void>(loadCatalog(catalogFolder)); });
    const auto cache = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-bench-");
    static_cast<void>(loadCatalog(catalogFolder, cache->path()));
    report["rememberedSeconds"]
        = median(rounds, [&] { static_cast<void>(loadCatalog(catalogFolder, cache->path())); });
    for (const std::size_t size : {10'000u, 100'000u, 1'000'000u}) {
        const auto demos = manyDemos(catalog->demos, size);
        report["many"].push_back(
            {{"variants", size}, {"seconds", chooseAll(demos, *machine, std::min(rounds, 5))}});
    }
    const std::vector<Demo> one = {oneDemo(catalog->demos, 100'000)};
    report["oneDemoSeconds"] = chooseAll(one, *machine, std::min(rounds, 5));
    fmt::print("{}\n", report.dump());
    return 0;
}
