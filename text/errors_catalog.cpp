#include "text/error_text.h"

namespace firstlight {

namespace {

constexpr Phrase correctThere{
    "Correct the file there. If you did not change it, install Firstlight again to get its own catalog back.",
    "请在该处改正文件。如果您没有改过它，请重新安装 Firstlight 以恢复自带的演示目录。"};

}

// Every fault begins like a compiler's message, in ASCII also in Chinese: terminals and editors open the place at a click.
std::span<const ErrorText> catalogErrors()
{
    static constexpr ErrorText table[] = {
        {"catalog-field-missing",
         {"{file}:{line}:{column}: the field {field} is missing.", "{file}:{line}:{column}: 缺少字段 {field}。"},
         {"Add {field} there. If you did not change this file, install Firstlight again.",
          "请在该处添加 {field}。如果您没有改过这个文件，请重新安装 Firstlight。"}},
        {"catalog-field-twice",
         {"{file}:{line}:{column}: {field} repeats what is already there[: {found}].",
          "{file}:{line}:{column}: {field} 与已有的内容重复[：{found}]。"},
         correctThere},
        {"catalog-field-unknown",
         {"{file}:{line}:{column}: there is no field {field}.[ Did you mean “{nearest}”?]",
          "{file}:{line}:{column}: 没有名为 {field} 的字段。[您是不是想写“{nearest}”？]"},
         correctThere},
        {"catalog-missing",
         {"There is no catalog in {path}.", "{path} 中没有演示目录。"},
         {"Install Firstlight again, or set FIRSTLIGHT_CATALOG to a folder that holds a catalog.",
          "请重新安装 Firstlight，或用 FIRSTLIGHT_CATALOG 指定含有演示目录的文件夹。"}},
        {"catalog-reference",
         {"{file}:{line}:{column}: {field} names “{found}”, which does not exist here.[ Did you mean “{nearest}”?]",
          "{file}:{line}:{column}: {field} 指向的“{found}”在这里不存在。[您是不是想写“{nearest}”？]"},
         correctThere},
        {"catalog-syntax",
         {"{file}:{line}:{column}: this is not valid YAML[: {detail}].", "{file}:{line}:{column}: 不是有效的 YAML[：{detail}]。"},
         correctThere},
        {"catalog-too-large",
         {"{file}:{line}:{column}: more than {needed} {unit}[ at {found}]; no file of the catalog should be that large.",
          "{file}:{line}:{column}: [{found} 处]超过 {needed} {unit}，演示目录的文件不应该这么大。"},
         correctThere},
        {"catalog-type",
         {"{file}:{line}:{column}: [{field}: ]needed here: {needed}; found: {found}.",
          "{file}:{line}:{column}: [{field}：]此处需要 {needed}，实际为 {found}。"},
         correctThere},
        {"catalog-unreadable",
         {"{file}:{line}:{column}: this file of the catalog could not be read.", "{file}:{line}:{column}: 无法读取演示目录的这个文件。"},
         {"", ""}},
        {"catalog-value",
         {"{file}:{line}:{column}: [{field}: ]found “{found}”, needed: {needed}.[ Did you mean “{nearest}”?][ ({detail})]",
          "{file}:{line}:{column}: [{field}：]实际为“{found}”，需要：{needed}。[您是不是想写“{nearest}”？][（{detail}）]"},
         correctThere},
        {"demo-unknown",
         {"There is no demo “{demo}”.[ Did you mean “{nearest}”?]", "没有名为“{demo}”的演示。[您是不是想输入“{nearest}”？]"},
         {"See all demos: firstlight list", "查看所有演示：firstlight list"}},
        {"model-unknown",
         {"The demo {demo} has no model “{model}”.[ Did you mean “{nearest}”?]",
          "演示 {demo} 没有名为“{model}”的模型。[您是不是想输入“{nearest}”？]"},
         {"See its models: firstlight show {demo}", "查看它的模型：firstlight show {demo}"}},
        {"recipe-unknown",
         {"There is no recipe “{recipe}” to build an image from.[ Did you mean “{nearest}”?]",
          "没有名为“{recipe}”的镜像构建配方。[您是不是想输入“{nearest}”？]"},
         {"Install Firstlight again, so that its catalog is complete.", "请重新安装 Firstlight，以补全演示目录。"}},
        {"variant-unknown",
         {"The demo {demo} has no variant “{variant}”.[ Did you mean “{nearest}”?]",
          "演示 {demo} 没有名为“{variant}”的版本。[您是不是想输入“{nearest}”？]"},
         {"See all variants: firstlight choose {demo}", "查看所有版本：firstlight choose {demo}"}},
    };
    return table;
}

} // namespace firstlight
