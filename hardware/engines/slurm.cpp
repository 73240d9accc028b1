#include "hardware/engines/slurm.h"

#include "hardware/questions.h"

#include <vector>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 16u << 20;

// SLURM_CONF, the usual folders, and where a node keeps what its controller sent ("configless").
std::optional<std::string> askClusterName(const Root &root)
{
    std::vector<std::string> files{"/etc/slurm/slurm.conf", "/etc/slurm-llnl/slurm.conf",
                                   "/run/slurm/conf/slurm.conf"};
    if (auto only = pathFromEnvironment("SLURM_CONF"))
        files = {*only};
    for (const std::string &file : files) {
        if (const auto text = root.read(file.substr(1), limitBytes))
            return clusterName(*text);
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> clusterName(std::string_view text)
{
    std::optional<std::string> name;
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line.substr(0, line.find('#')), '=');
        constexpr std::string_view key = "ClusterName";
        if (pair && !name && pair->first.size() == key.size() && startsWithIgnoringCase(pair->first, key)
            && !pair->second.empty())
            name = pair->second;
    });
    return name;
}

std::optional<Slurm> readSlurm(const Root &root)
{
    const auto path = programPath(root, "sbatch");
    if (!path)
        return std::nullopt;
    return Slurm{.path = *path,
                 .clusterName = root.answer("slurm cluster name", [&] { return askClusterName(root); })};
}

} // namespace firstlight
