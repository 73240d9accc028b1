#include "cli/catalog_verbs.h"

#include "catalog/drafting/draft.h"
#include "core/files.h"

namespace firstlight {

int draftDemo(const Session &session, const CatalogOptions &options)
{
    const auto named = parseHubId(options.reference);
    if (!named)
        return session.report(named.error());
    const auto repository = askHub(*named, session.stopToken());
    if (!repository)
        return session.report(repository.error());
    const auto text = draftEntryFor(*repository);
    if (!text)
        return session.report(text.error());
    const std::string &output = options.output;
    if (output.empty())
        return writeOutput(session, options, *text);
    std::error_code ignored;
    if (std::filesystem::exists(output, ignored))
        return session.report(
            {.code = "draft-exists", .facts = {{"path", output}}, .kind = ErrorKind::BadInput});
    const auto done = writeFileAtomically(output, *text);
    return done ? 0 : session.report(done.error());
}

} // namespace firstlight
