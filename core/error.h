#pragma once

#include <map>
#include <memory>
#include <string>

namespace firstlight {

/// What an error means for the person, and so the exit code of the command line.
enum class ErrorKind {
    Failed,         ///< something went wrong on the way: exit code 1
    BadInput,       ///< the person asked for something that does not exist or cannot be read: exit code 2
    NothingRuns,    ///< no variant can run on this computer: exit code 3
    Cancelled,      ///< the person stopped it: exit code 4
    DamagedCatalog, ///< the catalog itself is wrong: exit code 5
};

/// Named values that a sentence about an error is filled with, for example {"demo", "caht"}, {"nearest",
/// "chat"}.
using Facts = std::map<std::string, std::string>;

/// One failure, as a value. It holds no sentence: `text/` turns `code` and `facts` into the person's
/// language.
struct Error {
    std::string code; ///< stable, kebab-case, unique in the project: "demo-unknown"
    Facts facts;      ///< what the sentence names; "found" and "needed" are the two sides of a check
    ErrorKind kind = ErrorKind::Failed;
    std::string detail; ///< the untranslated words of another program or of the kernel; may be empty
    std::shared_ptr<const Error> cause; ///< what lies below; may be null

    /// Same code, facts, kind and detail; causes are compared by value.
    bool operator==(const Error &other) const;
};

/// `outer` with `inner` as its cause. The kind of a cancelled or bad-input cause is kept, since that is what
/// happened.
Error wrap(Error outer, Error inner);

/// Error of code "file-io" from the current `errno`. \a action is a verb such as "open", "write", "rename".
Error systemError(const std::string &action, const std::string &path, int errorNumber);

/// Error of code "cancelled", kind Cancelled.
Error cancelled();

} // namespace firstlight
