#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// Logical CPU numbers, ascending and unique.
using CpuList = std::vector<int>;

/// Kernel list format, "0-3,8"; an empty text is an empty list, anything malformed is nullopt.
std::optional<CpuList> parseCpuList(std::string_view text);
/// The kernel's mask format, "f,000000ff" (32 bits a word, the lowest last); anything malformed is nullopt.
std::optional<CpuList> parseCpuMask(std::string_view text);
std::string formatCpuList(const CpuList &cpus);
CpuList intersection(const CpuList &a, const CpuList &b);

} // namespace firstlight
