#include "cli/consent.h"

#include "core/files.h"
#include "core/sha256.h"
#include "text/choice_text.h"

#include <iostream>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

/// What is agreed to is remembered word for word: a changed text is asked again.
std::string fingerprint(const Demo &demo, const Variant &variant)
{
    std::string words = demo.file + "\n" + (demo.consent ? demo.consent->en + demo.consent->zhCn : "") + "\n";
    if (demo.origin == CatalogOrigin::User || demo.origin == CatalogOrigin::Given) {
        words += variant.id + "\n" + variant.recipe + "\n" + variant.image + "\n";
        for (const std::string &permission : variant.permissions)
            words += permission + "\n";
    }
    return sha256Hex(words);
}

bool saysYes(const Session &session)
{
    session.out().line("  " + session.say({"Do you agree? [y/N]", "您同意吗？[y/N]"}));
    std::string answer;
    if (!std::getline(std::cin, answer))
        return false;
    return answer == "y" || answer == "Y" || answer == "yes" || answer == "是" || answer == "同意";
}

} // namespace

std::vector<std::string> agreementsFor(const Demo &demo, const Variant &variant, Language language)
{
    std::vector<std::string> sentences;
    if (demo.consent)
        sentences.push_back(in(*demo.consent, language));
    if (demo.origin != CatalogOrigin::User && demo.origin != CatalogOrigin::Given)
        return sentences;
    if (!variant.recipe.empty())
        sentences.push_back(
            std::string(
                Phrase{"It is built here by the commands of a catalog that did not come with Firstlight: ",
                       "它由并非 Firstlight 自带的目录中的命令在本机构建："}
                    .in(language))
            + demo.file);
    for (const std::string &permission : variant.permissions)
        sentences.push_back(describePermission(permission, language));
    return sentences;
}

Result<void> askForAgreement(const Session &session, const Demo &demo, const Variant &variant)
{
    const std::vector<std::string> sentences = agreementsFor(demo, variant, session.language());
    if (sentences.empty())
        return {};
    const fs::path file = session.directories().state / "agreed" / (demo.id + "-" + variant.id);
    const std::string print = fingerprint(demo, variant);
    if (const Result<std::string> known = readFile(file, 1024); known && *known == print)
        return {};
    if (!session.options().json) {
        for (const std::string &sentence : sentences)
            session.out().line("  " + session.out().warning(sentence));
    }
    const bool canAsk = ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO) && !session.options().json;
    if (session.options().agree || (canAsk && saysYes(session)))
        return writeFileAtomically(file, print);
    std::string detail;
    for (const std::string &sentence : sentences)
        detail += (detail.empty() ? "" : " ") + sentence;
    return fail(Error{.code = "agreement-needed",
                      .facts = {{"demo", demo.id}, {"words", detail}},
                      .kind = ErrorKind::BadInput,
                      .detail = detail});
}

} // namespace firstlight
