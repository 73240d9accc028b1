#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// `sbatch` as PATH finds it, and the cluster that slurm.conf names; nullopt without the command. No
/// controller is asked.
std::optional<Slurm> readSlurm(const Root &root);

/// The value of ClusterName in the text of slurm.conf, whose keys may be written in any case.
std::optional<std::string> clusterName(std::string_view text);

} // namespace firstlight
