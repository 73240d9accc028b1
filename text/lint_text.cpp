#include "text/lint_text.h"

#include "text/template.h"

namespace firstlight {

namespace {

constexpr LintText sentences[] = {
    {"accelerator-missing", {"says that it uses an accelerator (accelerated), but asks for none", "声明使用加速器（accelerated），但没有要求加速器"}},
    {"data-missing", {"{model} is downloaded by the program, but no `data` folder keeps it: it comes anew at each launch", "{model} 由程序自行下载，但没有 `data` 文件夹保存它：每次启动都会重新下载"}},
    {"demo-twice", {"the same id is in {other}; the later file wins", "{other} 中已有相同的 id；后读取的文件优先"}},
    {"digest-missing", {"no sha256 of {name}: the first download decides", "{name} 没有 sha256：以首次下载的内容为准"}},
    {"hub-missing", {"not named on {hub}", "未注明在 {hub} 上的位置"}},
    {"image-unlocked", {"{image} is a tag, not a digest: unlocked", "{image} 是标签而不是摘要：未锁定"}},
    {"licence-deprecated", {"SPDX has replaced “{part}”[; write {nearest}]", "SPDX 已弃用“{part}”[；请写 {nearest}]"}},
    {"licence-missing", {"no licence of these weights is named", "没有注明这些权重的许可证"}},
    {"licence-syntax", {"“{found}” is no SPDX licence expression: expected {needed}[ instead of “{part}”]", "“{found}”不是 SPDX 许可证表达式：[“{part}”处]应为 {needed}"}},
    {"licence-unknown", {"“{part}” is no {needed} that SPDX lists[; did you mean {nearest}?] (others are LicenseRef-Name)", "SPDX 列表中没有“{part}”（{needed}）[；您是不是想写 {nearest}？]（其他许可证写作 LicenseRef-名称）"}},
    {"link-dead", {"{url} answers {found}", "{url} 返回 {found}"}},
    {"link-unreachable", {"{url} cannot be reached[: {found}]", "无法访问 {url}[：{found}]"}},
    {"model-unused", {"no variant uses this model", "没有版本使用这个模型"}},
    {"overhead-missing", {"the runtime's own memory is not said (resources.overhead), so the prediction lacks it", "没有注明运行时自身的内存（resources.overhead），预测中不含这部分"}},
    {"permission-strong", {"asks for {permission}", "要求 {permission}"}},
    {"permission-twice", {"{permission} is listed twice", "{permission} 重复列出"}},
    {"permission-unneeded", {"{permission} is not needed: it is reached through a socket and downloads nothing", "不需要 {permission}：通过套接字访问，也不下载内容"}},
    {"placeholder-unused", {"{field} is given, but {placeholder} stands nowhere in args, env or entrypoint", "给出了 {field}，但 args、env 和 entrypoint 中都没有 {placeholder}"}},
    {"project-missing", {"the page of the project is missing (project: https://…)", "缺少项目页面（project: https://…）"}},
    {"prompts-few", {"{found} things to try; {needed} are needed", "只有 {found} 个可尝试的例子，需要 {needed} 个"}},
    {"recipe-id", {"the id {found} is not the name of the folder, {needed}", "id {found} 与文件夹名 {needed} 不同"}},
    {"recipe-licence", {"no licence of this package is named", "没有注明这个软件包的许可证"}},
    {"recipe-unused", {"no variant is built by this recipe", "没有版本使用这个构建配方"}},
    {"requirement-contradictory", {"no computer satisfies both “{first}” and “{second}”", "没有电脑能同时满足“{first}”和“{second}”"}},
    {"requirements-same", {"asks for the same as {other}, which runs the same program", "要求与 {other} 相同，而两者运行同一个程序"}},
    {"secret-unshown", {"the program gets {secret}, but the person's address (interface.web) does not hold it", "程序收到了 {secret}，但用户的地址（interface.web）中没有它"}},
    {"secret-unused", {"the address holds {secret}, but the program is not told it", "地址中有 {secret}，但没有告诉程序"}},
    {"size-missing", {"no size of {name}: memory and disk cannot be predicted", "没有注明 {name} 的大小：无法预测内存和磁盘"}},
    {"translation-missing", {"{field} lacks a translation", "{field} 缺少翻译"}},
    {"translation-same", {"the Chinese of {field} has no Chinese in it: “{found}”", "{field} 的中文里没有汉字：“{found}”"}},
    {"variant-unreachable", {"no computer prefers this: {other} asks for the same and always comes first", "没有电脑会选它：{other} 要求相同且总是排在前面"}},
};

/// Sentences of errors begin with their place, which a finding has of its own.
constexpr std::string_view place = "{file}:{line}:{column}: ";

} // namespace

std::span<const LintText> lintSentences()
{
    return sentences;
}

std::string describe(const LintFinding &finding, Language language)
{
    Facts facts = finding.facts;
    facts.try_emplace("secret", "{secret}");
    for (const LintText &text : sentences) {
        if (text.rule == finding.rule)
            return fill(text.sentence.in(language), facts);
    }
    const ErrorText *error = findErrorText(finding.rule);
    if (!error)
        return finding.rule;
    std::string_view sentence = error->sentence.in(language);
    if (sentence.starts_with(place))
        sentence.remove_prefix(place.size());
    return fill(sentence, facts);
}

std::string describe(Severity severity, Language language)
{
    switch (severity) {
    case Severity::Error:
        return std::string(Phrase{"error", "错误"}.in(language));
    case Severity::Warning:
        return std::string(Phrase{"warning", "警告"}.in(language));
    case Severity::Info:
        break;
    }
    return std::string(Phrase{"note", "提示"}.in(language));
}

} // namespace firstlight
