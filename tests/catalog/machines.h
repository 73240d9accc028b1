#pragma once

#include "core/files.h"
#include "hardware/machine_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// The crafted computers of data/machines, for tests of the choice.
inline const std::vector<std::string> &machineNames()
{
    static const std::vector<std::string> names = {"small-server",
                                                   "nvidia-laptop",
                                                   "nvidia-laptop-nouveau",
                                                   "nvidia-old",
                                                   "amd-desktop-denied",
                                                   "arm-server",
                                                   "riscv-board",
                                                   "tiny",
                                                   "busy",
                                                   "no-podman",
                                                   "old-processor",
                                                   "limited"};
    return names;
}

inline firstlight::Machine machineNamed(const std::string &name)
{
    const auto text = firstlight::readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/machines/" + name + ".json");
    return *firstlight::machineFromJson(nlohmann::json::parse(*text));
}
