#include "text/error_text.h"

#include "text/template.h"

namespace firstlight {

const ErrorText *findErrorText(std::string_view code)
{
    for (const auto &room : {coreErrors(), hardwareErrors(), transferErrors(), catalogErrors(), runnerErrors(), faceErrors()}) {
        for (const ErrorText &text : room) {
            if (text.code == code)
                return &text;
        }
    }
    return nullptr;
}

namespace {

/// Facts, with the other program's words as {detail}: its last line is nearly always the one that says why.
Facts factsOf(const Error &error)
{
    Facts facts = error.facts;
    facts.try_emplace("detail", error.detail);
    return facts;
}

}

Explanation explain(const Error &error, Language language)
{
    Explanation explanation;
    const ErrorText *text = findErrorText(error.code);
    if (text) {
        explanation.sentence = fill(text->sentence.in(language), factsOf(error));
        explanation.remedy = fill(text->remedy.in(language), factsOf(error));
    } else {
        explanation.sentence = error.detail.empty() ? error.code : error.code + ": " + error.detail;
    }
    if (error.cause) {
        const Explanation below = explain(*error.cause, language);
        explanation.sentence += (language == Language::Chinese ? "原因：" : " ") + below.sentence;
        if (explanation.remedy.empty())
            explanation.remedy = below.remedy;
    }
    return explanation;
}

}
