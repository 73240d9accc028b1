#include "core/error.h"

#include <cerrno>
#include <cstring>

namespace firstlight {

bool Error::operator==(const Error &other) const
{
    const bool sameCause = (!cause && !other.cause) || (cause && other.cause && *cause == *other.cause);
    return code == other.code && facts == other.facts && kind == other.kind && detail == other.detail
           && sameCause;
}

Error wrap(Error outer, Error inner)
{
    if (inner.kind == ErrorKind::Cancelled)
        return inner;
    if (outer.kind == ErrorKind::Failed)
        outer.kind = inner.kind;
    outer.cause = std::make_shared<const Error>(std::move(inner));
    return outer;
}

Error systemError(const std::string &action, const std::string &path, int errorNumber)
{
    // A full disk is the one case that a person can act on without knowing the file, so it has its own code.
    const bool full = errorNumber == ENOSPC || errorNumber == EDQUOT;
    return {.code = full ? "disk-full" : "file-io",
            .facts = {{"action", action}, {"path", path}},
            .detail = std::strerror(errorNumber)};
}

Error cancelled()
{
    return {.code = "cancelled", .facts = {}, .kind = ErrorKind::Cancelled};
}

} // namespace firstlight
