#pragma once

#include "catalog/catalog_memory.h"

#include <concepts>
#include <tuple>
#include <type_traits>

namespace firstlight {

/// The members of each remembered struct, for catalog/binary_archive.h. Every member is named, so that one
/// more does not compile until it is remembered too; then the version in catalog_memory.cpp must change.

template <typename T, typename Struct>
concept Like = std::same_as<std::remove_const_t<T>, Struct>;

template <Like<LocalizedText> T> auto fieldsOf(T &value)
{
    auto &[en, zhCn] = value;
    return std::tie(en, zhCn);
}

template <Like<SourcePosition> T> auto fieldsOf(T &value)
{
    auto &[line, column] = value;
    return std::tie(line, column);
}

template <Like<WantedFile> T> auto fieldsOf(T &value)
{
    auto &[name, sources, sha256, sizeBytes, packageFile, packageSha256] = value;
    return std::tie(name, sources, sha256, sizeBytes, packageFile, packageSha256);
}

template <Like<Work> T> auto fieldsOf(T &value)
{
    auto &[unit, operations, readBytes, cycles] = value;
    return std::tie(unit, operations, readBytes, cycles);
}

template <Like<Hub> T> auto fieldsOf(T &value)
{
    auto &[huggingface, modelscope] = value;
    return std::tie(huggingface, modelscope);
}

template <Like<Model> T> auto fieldsOf(T &value)
{
    auto &[id, name, format, parameters, activeParameters, quantisation, layers, kvBytesPerToken, maxContext,
           licence, delivery, hub, work, file, furtherFiles]
        = value;
    return std::tie(id, name, format, parameters, activeParameters, quantisation, layers, kvBytesPerToken,
                    maxContext, licence, delivery, hub, work, file, furtherFiles);
}

template <Like<Interface> T> auto fieldsOf(T &value)
{
    auto &[webPath, api, port, socket] = value;
    return std::tie(webPath, api, port, socket);
}

template <Like<Readiness> T> auto fieldsOf(T &value)
{
    auto &[httpPath, within] = value;
    return std::tie(httpPath, within);
}

template <Like<Term> T> auto fieldsOf(T &value)
{
    auto &[key, comparison, values] = value;
    return std::tie(key, comparison, values);
}

template <Like<Requirement> T> auto fieldsOf(T &value)
{
    auto &[kind, children, term, position] = value;
    return std::tie(kind, children, term, position);
}

template <Like<Resources> T> auto fieldsOf(T &value)
{
    auto &[overheadBytes, imageBytes, buildBytes, temporaryBytes] = value;
    return std::tie(overheadBytes, imageBytes, buildBytes, temporaryBytes);
}

template <Like<Tuning> T> auto fieldsOf(T &value)
{
    auto &[threads, gpuLayers, contextTokens] = value;
    return std::tie(threads, gpuLayers, contextTokens);
}

template <Like<Proof> T> auto fieldsOf(T &value)
{
    auto &[what, logPattern, expected] = value;
    return std::tie(what, logPattern, expected);
}

template <Like<Variant> T> auto fieldsOf(T &value)
{
    auto &[id, recipe, recipesFolder, image, architectures, unlocked, models, modelWritable, requires_,
           resources, tuning, accelerated, precision, interface, ready, entrypoint, arguments, environment,
           devices, permissions, dataFolders, sharedMemoryBytes, proofs, weight]
        = value;
    return std::tie(id, recipe, recipesFolder, image, architectures, unlocked, models, modelWritable,
                    requires_, resources, tuning, accelerated, precision, interface, ready, entrypoint,
                    arguments, environment, devices, permissions, dataFolders, sharedMemoryBytes, proofs,
                    weight);
}

template <Like<Demo> T> auto fieldsOf(T &value)
{
    auto &[id, kind, name, summary, prompts, consent, codeLicence, weightsLicence, project, models, interface,
           ready, variants, file, origin, replaces]
        = value;
    return std::tie(id, kind, name, summary, prompts, consent, codeLicence, weightsLicence, project, models,
                    interface, ready, variants, file, origin, replaces);
}

template <Like<RecipeReference> T> auto fieldsOf(T &value)
{
    auto &[recipe, field, position] = value;
    return std::tie(recipe, field, position);
}

template <Like<LocalFile> T> auto fieldsOf(T &value)
{
    auto &[source, field, position] = value;
    return std::tie(source, field, position);
}

template <Like<ReadDemo> T> auto fieldsOf(T &value)
{
    auto &[demo, recipes, localFiles] = value;
    return std::tie(demo, recipes, localFiles);
}

template <Like<CatalogMemory::Content> T> auto fieldsOf(T &value)
{
    auto &[demos, recipes] = value;
    return std::tie(demos, recipes);
}

} // namespace firstlight
