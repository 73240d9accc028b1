#pragma once

#include "core/result.h"
#include "hardware/machine.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace firstlight {

struct ProbeOptions {
    /// Below which /proc, /sys, /etc and /dev are read. Not "/" means a recording: live system calls
    /// (affinity, access, statvfs, running a program) are not made, and what only they could tell is nullopt.
    /// Links that point out of the root are not followed.
    std::filesystem::path root = "/";
    /// Folders whose free space is wanted (model store, container storage).
    std::vector<std::filesystem::path> storagePaths;
    /// Where slow facts (podman's version, which OCI runtime works) are remembered between runs; empty:
    /// nowhere.
    std::filesystem::path cacheDirectory;
    /// Whether an OCI runtime that has not been tried since the last boot or update may be tried now (about
    /// 50 ms each, a child process with a time limit). Otherwise `works` stays nullopt.
    bool tryRuntimes = false;
};

/// Reads the computer. Never wakes a device, never reads PCI `config`, starts a process only for the slow
/// facts that are not remembered. Fails only if \a options.root cannot be read at all; missing facts are
/// nullopt.
Result<Machine> probe(const ProbeOptions &options, std::stop_token stop = {});

/// A recorded computer for `--machine`: a JSON profile that `firstlight machine --json` wrote, a folder with
/// proc/ and sys/ (or one that holds `machine-root/`), or a file with the text of /proc/cpuinfo.
Result<Machine> loadMachine(const std::filesystem::path &path);

} // namespace firstlight
