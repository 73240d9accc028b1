#include "text/lint_text.h"

#include "text/error_text.h"
#include "text/template.h"

namespace firstlight {

namespace {

struct LintText {
    std::string_view rule;
    Phrase sentence;
};

constexpr LintText lintTexts[] = {
    {"accelerator-not-required",
     {"{variant} says that it uses an accelerator, but can be chosen without one", "{variant} 声明使用加速器，却可能在没有加速器时被选中"}},
    {"hub-missing", {"the model {model} is not named on {hub}", "模型 {model} 没有给出 {hub} 的地址"}},
    {"image-unlocked", {"{variant} names its image by a tag, not by a digest: {image}", "{variant} 用标签而不是摘要指定镜像：{image}"}},
    {"licence-unknown",
     {"{field}: “{licence}” is no SPDX licence expression[ (“{word}”)][; did you mean {nearest}?]",
      "{field}：“{licence}”不是有效的 SPDX 许可证表达式[（“{word}”）][，您是不是想写 {nearest}？]"}},
    {"model-not-verified", {"the model {model} has no sha256: what is fetched first is believed", "模型 {model} 没有 sha256：首次下载的内容会被直接信任"}},
    {"network-not-needed", {"{variant} may use the network although it is reached by a socket", "{variant} 通过套接字访问，却申请了网络权限"}},
    {"project-missing", {"there is no page of the project", "缺少项目主页"}},
    {"recipe-unused", {"no variant builds the recipe {recipe}", "没有版本使用构建配方 {recipe}"}},
    {"requirement-contradictory", {"no computer can satisfy what {variant} requires", "没有任何电脑能满足 {variant} 的要求"}},
    {"requirements-duplicate", {"{variant} requires the same as {other}: only one of them is ever taken first", "{variant} 与 {other} 的要求相同：只有一个会被优先选中"}},
    {"text-untranslated", {"{field} is not translated", "{field} 没有翻译"}},
    {"try-few", {"there must be three things to try first, and there are {found}", "应有三个可以先试的例子，现在有 {found} 个"}},
    {"weights-licence-missing", {"nobody says under which licence the model {model} is", "没有说明模型 {model} 的许可证"}},
};

} // namespace

std::string describe(LintSeverity severity, Language language)
{
    static constexpr Phrase names[] = {{"error", "错误"}, {"warning", "警告"}, {"note", "提示"}};
    return std::string(names[static_cast<std::size_t>(severity)].in(language));
}

std::string describe(const LintFinding &finding, Language language)
{
    if (finding.rule == "catalog-fault") {
        Error fault{.code = finding.facts.at("code"), .facts = finding.facts, .kind = ErrorKind::DamagedCatalog};
        return explain(fault, language).sentence;
    }
    for (const LintText &text : lintTexts) {
        if (text.rule == finding.rule) {
            const auto demo = finding.facts.find("demo");
            return (demo == finding.facts.end() ? "" : demo->second + ": ") + fill(text.sentence.in(language), finding.facts);
        }
    }
    return finding.rule;
}

} // namespace firstlight
