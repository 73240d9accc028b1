#include "cli/catalog_verbs.h"

#include "catalog/drafting/draft.h"
#include "catalog/drafting/registry_image.h"
#include "core/files.h"

namespace firstlight {

namespace {

/// What the beginnings of the files say; those that do not tell stay out, for the maintainer to fill in.
MetadataByPath metadataOf(const HubRepository &repository, std::stop_token stop)
{
    MetadataByPath metadata;
    for (const HubFile &file : wholeModelsOf(repository)) {
        if (stop.stop_requested())
            break;
        if (auto found = modelMetadataAt(sourceOf(repository, file), stop))
            metadata.emplace(file.path, std::move(*found));
    }
    return metadata;
}

bool namesHub(const std::string &reference)
{
    return reference.starts_with("hf:") || reference.starts_with("modelscope:")
           || reference.starts_with("https://");
}

/// A model of a hub, or an image of a registry.
Result<std::string> drafted(const std::string &reference, std::stop_token stop)
{
    const auto image = namesHub(reference) ? Result<ImageName>(fail({})) : parseImageName(reference);
    if (image) {
        const auto told = askRegistry(*image, stop);
        return told ? Result<std::string>(draftEntryFor(*told)) : fail(told.error());
    }
    const auto named = parseHubId(reference);
    if (!named)
        return fail(named.error());
    const auto repository = askHub(*named, stop);
    if (!repository)
        return fail(repository.error());
    return draftEntryFor(*repository, metadataOf(*repository, stop));
}

} // namespace

int draftDemo(const Session &session, const CatalogOptions &options)
{
    const auto text = drafted(options.reference, session.stopToken());
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
