#include "cli/catalog_verbs.h"
#include "core/files.h"
#include "hardware/machine_schema.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

/// Of the catalog in use, else of the one beside this program.
Result<std::string> publishedSchema(const Session &session, const std::string &name)
{
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    const fs::path inUse = session.catalogSources().front().path / "schema" / name;
    const fs::path own = program.parent_path().parent_path() / "share/firstlight/catalog/schema" / name;
    return readFile(fs::exists(inUse, ignored) ? inUse : own);
}

} // namespace

int showSchema(const Session &session, const CatalogOptions &options)
{
    if (options.schema == "machine")
        return writeOutput(session, options, machineSchema().dump(2) + "\n");
    const Result<std::string> text = publishedSchema(
        session, options.schema == "recipe" ? "firstlight-recipe-1.schema.json" : "firstlight-1.schema.json");
    if (!text)
        return session.report(text.error());
    return writeOutput(session, options, *text);
}

} // namespace firstlight
