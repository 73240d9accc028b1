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

struct ActionText {
    std::string_view action;
    Phrase verb;
};

/// What systemError() calls what the kernel refused.
constexpr ActionText actionTexts[] = {
    {"create", {"create", "创建"}},
    {"examine", {"examine", "检查"}},
    {"give away", {"change the owner of", "更改所有者："}},
    {"listen on", {"listen on", "监听"}},
    {"lock", {"lock", "锁定"}},
    {"open", {"open", "打开"}},
    {"read", {"read", "读取"}},
    {"rename", {"rename", "重命名"}},
    {"set-mode", {"change the mode of", "更改权限："}},
    {"sync", {"save", "保存"}},
    {"set-time", {"change the time of", "更改时间："}},
    {"trust", {"trust", "信任"}},
    {"write", {"write", "写入"}},
};

/// Facts in the person's language, with the other program's words as {detail}.
Facts factsOf(const Error &error, Language language)
{
    Facts facts = error.facts;
    facts.try_emplace("detail", error.detail);
    if (const auto action = facts.find("action"); action != facts.end()) {
        for (const ActionText &text : actionTexts) {
            if (text.action == action->second) {
                action->second = text.verb.in(language);
                break;
            }
        }
    }
    return facts;
}

} // namespace

Explanation explain(const Error &error, Language language)
{
    Explanation explanation;
    const ErrorText *text = findErrorText(error.code);
    if (text) {
        const Facts facts = factsOf(error, language);
        explanation.sentence = fill(text->sentence.in(language), facts);
        explanation.remedy = fill(text->remedy.in(language), facts);
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

} // namespace firstlight
