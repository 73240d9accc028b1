// Times probe() of one root: `bench_probe [ROOT [ROUNDS]]` prints median and least milliseconds, as JSON.
// `bench_probe --show PATH` prints the profile of a root or recording instead; whole-process time by
// `hyperfine -N`.

#include "core/json_lines.h"
#include "hardware/machine_json.h"
#include "hardware/probe.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

using namespace firstlight;

namespace {

int show(const char *path)
{
    const auto machine = loadMachine(path);
    writeJsonLine(stdout, machine ? toJson(*machine) : toJson(machine.error()));
    return machine ? 0 : 1;
}

ProbeOptions optionsFromEnvironment(const char *root)
{
    ProbeOptions options;
    options.root = root;
    if (const char *folder = std::getenv("BENCH_PROBE_CACHE"))
        options.cacheDirectory = folder;
    options.trials = !options.cacheDirectory.empty();
    return options;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 3 && std::string_view(argv[1]) == "--show")
        return show(argv[2]);
    const ProbeOptions options = optionsFromEnvironment(argc > 1 ? argv[1] : "/");
    const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 1;
    std::vector<double> milliseconds;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        const auto machine = probe(options);
        const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
        if (!machine) {
            writeJsonLine(stdout, toJson(machine.error()));
            return 1;
        }
        milliseconds.push_back(taken.count());
    }
    std::ranges::sort(milliseconds);
    writeJsonLine(stdout, {{"medianMs", milliseconds[milliseconds.size() / 2]},
                           {"leastMs", milliseconds.front()},
                           {"rounds", rounds}});
    return 0;
}
