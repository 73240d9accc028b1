#include "catalog/reading/interface_reader.h"

#include "catalog/reading/placeholders.h"

namespace firstlight {

namespace {

/// The page may be opened with the word that the launch makes up.
Result<std::string> readPage(const Place &place)
{
    Result<std::string> path = readWebPath(place);
    if (!path)
        return path;
    for (const std::string &placeholder : placeholdersIn(*path)) {
        if (placeholder != "secret")
            return fail(dangling(place, "{" + placeholder + "}", "{secret}"));
    }
    return path;
}

const std::vector<Field<Interface>> &interfaceFields()
{
    static const std::vector<Field<Interface>> fields = {
        fieldOf<Interface>("web", Presence::Optional, &Interface::webPath, readPage),
        fieldOf<Interface>("api", Presence::Optional, &Interface::api, readId),
        fieldOf<Interface>("port", Presence::Required, &Interface::port, integerBetween(1, 65535)),
        fieldOf<Interface>("socket", Presence::Optional, &Interface::socket, readBoolean),
    };
    return fields;
}

Result<std::chrono::seconds> readPatience(const Place &place)
{
    Result<std::chrono::seconds> within = readDuration(place);
    if (within && within->count() == 0)
        return fail(wrongValue(place, "60 s"));
    return within;
}

const std::vector<Field<Readiness>> &readinessFields()
{
    static const std::vector<Field<Readiness>> fields = {
        fieldOf<Readiness>("http", Presence::Required, &Readiness::httpPath, readWebPath),
        fieldOf<Readiness>("within", Presence::Optional, &Readiness::within, readPatience),
    };
    return fields;
}

} // namespace

Result<Interface> readInterface(const Place &place)
{
    return structOf<Interface>(interfaceFields)(place);
}

Result<Readiness> readReadiness(const Place &place)
{
    return structOf<Readiness>(readinessFields)(place);
}

} // namespace firstlight
