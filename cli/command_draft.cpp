#include "cli/commands.h"

#include "catalog/drafting/draft.h"
#include "core/files.h"

#include <fmt/format.h>

namespace firstlight {

int draftEntry(const Session &session)
{
    const auto named = parseHubId(session.options().demo);
    if (!named)
        return session.report(named.error());
    const auto repository = askHub(*named, session.stopToken());
    if (!repository)
        return session.report(repository.error());
    const auto text = draftEntryFor(*repository);
    if (!text)
        return session.report(text.error());
    const std::string &output = session.options().output;
    if (output.empty()) {
        fmt::print("{}", *text);
        return 0;
    }
    std::error_code ignored;
    if (std::filesystem::exists(output, ignored))
        return session.report(
            {.code = "draft-exists", .facts = {{"path", output}}, .kind = ErrorKind::BadInput});
    const auto done = writeFileAtomically(output, *text);
    return done ? 0 : session.report(done.error());
}

} // namespace firstlight
