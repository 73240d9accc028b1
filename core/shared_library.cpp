#include "core/shared_library.h"

namespace firstlight {

namespace {

Error missing(const std::string &library, const std::string &package, const std::string &detail)
{
    return {
        .code = "library-missing", .facts = {{"library", library}, {"package", package}}, .detail = detail};
}

} // namespace

SharedLibrary::SharedLibrary(void *handle, std::string name, std::string package)
    : m_handle(handle)
    , m_name(std::move(name))
    , m_package(std::move(package))
{
}

Result<SharedLibrary> SharedLibrary::open(const std::vector<std::string> &names, const std::string &package)
{
    std::string detail;
    for (const std::string &name : names) {
        if (void *handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL))
            return SharedLibrary(handle, name, package);
        if (const char *said = ::dlerror(); said && detail.empty())
            detail = said;
    }
    return fail(missing(names.empty() ? "" : names.front(), package, detail));
}

Result<void> SharedLibrary::check() const
{
    if (m_missing.empty())
        return {};
    return fail(missing(m_name, m_package, m_missing));
}

} // namespace firstlight
