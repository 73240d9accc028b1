#pragma once

#include "core/result.h"
#include "hardware/machine.h"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlight {

struct RecordedMachine {
    std::string name; ///< path below the folder that was searched
    Machine machine;
};

/// What was found below some folders, by name; a file that is no recording is there with the reason.
struct Recordings {
    struct Unread {
        std::string path;
        Error reason;
    };
    std::vector<RecordedMachine> machines;
    std::vector<Unread> unread;
};

/// Every recorded computer that loadMachine() understands below \a folders: folders with proc/ or sys/ (not
/// searched further), profiles, texts of processors. Error "machine-recording-unreadable" {path} for a folder
/// that is not there.
Result<Recordings> findRecordings(const std::vector<std::filesystem::path> &folders);

} // namespace firstlight
