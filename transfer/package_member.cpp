#include "transfer/package_member.h"

#include "transfer/archive.h"

#include <array>
#include <fstream>

namespace firstlight {

namespace {

bool isMember(const std::string &stored, const std::string &wanted, bool tar)
{
    if (stored == wanted)
        return true;
    const auto slash = stored.find('/');
    return tar && slash != std::string::npos && stored.compare(slash + 1, std::string::npos, wanted) == 0;
}

bool isZip(const std::filesystem::path &path)
{
    std::array<char, 2> start{};
    std::ifstream(path, std::ios::binary).read(start.data(), start.size());
    return start == std::array{'P', 'K'};
}

Result<void> copyContent(const ContentReader &read, PartFile &part, ProgressMeter &meter,
                         std::stop_token stop)
{
    while (true) {
        if (stop.stop_requested())
            return fail(cancelled());
        auto piece = read();
        if (!piece)
            return fail(piece.error());
        if (piece->empty())
            return {};
        if (auto written = part.append(*piece); !written)
            return written;
        meter.advanceTo(part.size());
    }
}

} // namespace

Result<void> extractMember(const std::filesystem::path &package, const std::string &packageName,
                           const std::string &member, PartFile &part, const std::string &subject,
                           Progress &progress, std::stop_token stop)
{
    const bool tar = !isZip(package);
    bool found = false;
    auto read
        = readArchive(package, [&](const ArchiveEntry &entry, const ContentReader &content) -> Result<void> {
              if (stop.stop_requested())
                  return fail(cancelled());
              if (entry.type != ArchiveEntry::Type::File || !isMember(entry.path, member, tar))
                  return {};
              ProgressMeter meter(progress, "unpack", subject, ProgressUnit::Bytes, entry.sizeBytes);
              if (auto copied = copyContent(content, part, meter, stop); !copied)
                  return copied;
              meter.finish();
              found = true;
              // Ends the reading: what follows in the package is not wanted.
              return fail({.code = "member-found"});
          });
    if (found)
        return {};
    if (!read)
        return read;
    return fail({.code = "member-missing", .facts = {{"package", packageName}, {"member", member}}});
}

} // namespace firstlight
