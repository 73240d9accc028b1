#pragma once

#include <optional>
#include <string>

namespace firstlight {

/// A whole ELF program for this processor that needs no library and ends at once with exit code 0; nullopt
/// for processors that it was not written for. It lets a container be tried whose file system holds nothing
/// else.
std::optional<std::string> tinyProgram();

} // namespace firstlight
