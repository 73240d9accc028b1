#pragma once

#include "core/result.h"
#include "hardware/machine.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace firstlight {

class Recorder;

struct ProbeOptions {
    /// Below which /proc, /sys, /etc and /dev are read. Not "/" means a recording: no system is
    /// asked and no program run; what only they could tell is known if the recording holds the answer.
    /// Links that point out of the root are not followed.
    std::filesystem::path root = "/";
    /// Folders whose free space is wanted (model store, container storage).
    std::vector<std::filesystem::path> storagePaths;
    /// Where slow facts (podman's version, which OCI runtime works) are remembered between runs; empty:
    /// nowhere.
    std::filesystem::path cacheDirectory;
    /// Whether what has not been tried since the last boot or update may be tried now: OCI runtimes (about 50
    /// ms each, a child process with a time limit), a tiny KVM guest, libvirt's services. Otherwise `works`
    /// and `answers` stay nullopt.
    bool trials = false;
    /// Whether the speed of memory and disk may be measured if it was not since the last boot: 150 ms. Not on
    /// battery.
    bool measurements = false;
    /// The command that asks NVIDIA's management library, which may hang or crash, in a process of its own
    /// (`firstlight read-nvml`); empty: what only it knows stays unknown. It runs once a boot, three seconds
    /// at most and one more for each further GPU, and not while a GPU sleeps.
    std::vector<std::string> nvmlReader;
    /// Hears of all that is read, to make a recording.
    Recorder *recorder = nullptr;
};

/// Reads the computer. Never wakes a device, never reads PCI `config`, starts a process only for the slow
/// facts that are not remembered. Fails only if \a options.root cannot be read at all; missing facts are
/// nullopt.
Result<Machine> probe(const ProbeOptions &options, std::stop_token stop = {});

/// A recorded computer for `--machine`: a JSON profile that `firstlight machine --json` wrote, a folder with
/// proc/ and sys/ (or one that holds `machine-root/`), or a file with the text of /proc/cpuinfo, of
/// macOS' `sysctl`, or a table of CPUID registers (hardware/recordings/other_systems.h).
/// \a recorder as in ProbeOptions; a file has nothing for it (error "machine-recording-no-folder").
Result<Machine> loadMachine(const std::filesystem::path &path, Recorder *recorder = nullptr);

} // namespace firstlight
