#include "catalog/maintaining/linting/rules.h"

#include <algorithm>

namespace firstlight {

namespace {

/// Whether \a text has a character of U+3400…U+9FFF, U+F900…U+FAFF or U+20000…U+3FFFF: what Chinese is
/// written in.
bool hasChinese(const std::string &text)
{
    for (std::size_t at = 0; at + 2 < text.size(); ++at) {
        const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[at + offset]); };
        if (byte(0) >= 0xe3 && byte(0) <= 0xe9) {
            const unsigned code = (byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
            if (code >= 0x3400 && code <= 0x9fff)
                return true;
        }
        if ((byte(0) == 0xef && byte(1) >= 0xa4 && byte(1) <= 0xab) || (byte(0) == 0xf0 && byte(1) >= 0xa0))
            return true;
    }
    return false;
}

bool isBlank(const std::string &text)
{
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

void check(const LintedDemo &linted, const LocalizedText &text, std::vector<YamlStep> steps,
           const std::string &field, LintFindings &findings)
{
    steps.emplace_back("zh_CN");
    if (isBlank(text.zhCn) || isBlank(text.en))
        findings.push_back(
            findingIn(linted, Severity::Error, "translation-missing", steps, {{"field", field}}));
    else if (text.zhCn == text.en || !hasChinese(text.zhCn))
        findings.push_back(findingIn(linted, Severity::Warning, "translation-same", steps,
                                     {{"field", field}, {"found", text.zhCn}}));
}

} // namespace

void lintTexts(const LintedDemo &linted, LintFindings &findings)
{
    const Demo &demo = linted.demo;
    check(linted, demo.name, {"name"}, "name", findings);
    check(linted, demo.summary, {"summary"}, "summary", findings);
    for (std::size_t index = 0; index < demo.prompts.size(); ++index)
        check(linted, demo.prompts[index], {"try", index}, "try[" + std::to_string(index) + "]", findings);
    if (demo.consent)
        check(linted, *demo.consent, {"consent"}, "consent", findings);
}

} // namespace firstlight
