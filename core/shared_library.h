#pragma once

#include "core/result.h"

#include <dlfcn.h>
#include <string>
#include <vector>

namespace firstlight {

/// A library opened while the program runs; it stays open until the process ends. Used by the doors.
class SharedLibrary {
public:
    /// The first of \a names that can be opened. Error "library-missing" {library, package}; the library is
    /// names[0].
    static Result<SharedLibrary> open(const std::vector<std::string> &names, const std::string &package);

    /// Sets \a function to the symbol \a name, or to null and remembers the failure for check().
    template <typename Function> void bind(Function &function, const char *name)
    {
        function = reinterpret_cast<Function>(::dlsym(m_handle, name));
        if (!function && m_missing.empty())
            m_missing = name;
    }

    /// Error "library-missing" with the missing symbol as detail, if any bind() failed.
    Result<void> check() const;

private:
    SharedLibrary(void *handle, std::string name, std::string package);
    void *m_handle;
    std::string m_name;
    std::string m_package;
    std::string m_missing;
};

} // namespace firstlight
