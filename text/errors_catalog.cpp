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
        {"draft-nothing",
         {"{found} has no GGUF file that is whole in itself.", "{found} 中没有完整的 GGUF 文件。"},
         {"Name a repository with .gguf files; its name often ends in -GGUF.", "请指定含 .gguf 文件的仓库，名称通常以 -GGUF 结尾。"}},
        {"hub-answer-strange",
         {"{host} answered something that is no list of files.", "{host} 的回答不是文件列表。"},
         {"Try again later, or look at the address in a browser.", "请稍后再试，或在浏览器中查看该地址。"}},
        {"hub-id-invalid",
         {"“{found}” does not name a model on a hub.", "“{found}” 不是模型站点上的模型。"},
         {"Write hf:OWNER/REPO, modelscope:OWNER/REPO, or the address of its page.", "请写成 hf:OWNER/REPO、modelscope:OWNER/REPO，或其网页地址。"}},
        {"hub-refused",
         {"{host} refused with status {status}.", "{host} 拒绝了请求（状态 {status}）。"},
         {"See whether owner and name are right, and whether the model is public.", "请检查所有者与名称是否正确，以及模型是否公开。"}},
        {"image-name-invalid",
         {"“{found}” does not name an image on a registry.", "“{found}” 不是镜像仓库中的镜像名称。"},
         {"Write HOST/NAME:TAG, for instance ghcr.io/ggml-org/llama.cpp:server.", "请写成 HOST/NAME:TAG，例如 ghcr.io/ggml-org/llama.cpp:server。"}},
        {"metadata-incomplete",
         {"The file ends before it says what model it holds.", "文件在说明所含模型之前就结束了。"},
         {"Fetch the file again.", "请重新获取该文件。"}},
        {"metadata-invalid",
         {"The file of weights is damaged or made to mislead: its {found} cannot be.", "权重文件已损坏或存心误导：其中的 {found} 不可能成立。"},
         {"Fetch the file again, from its publisher's page.", "请从发布者的页面重新获取该文件。"}},
        {"metadata-unknown",
         {"This is neither a GGUF nor a safetensors file.", "这既不是 GGUF 文件，也不是 safetensors 文件。"},
         {"Name a file of weights of one of these formats.", "请指定这两种格式之一的权重文件。"}},
        {"model-unknown",
         {"The demo {demo} has no model “{model}”.[ Did you mean “{nearest}”?]",
          "演示 {demo} 没有名为“{model}”的模型。[您是不是想输入“{nearest}”？]"},
         {"See its models: firstlight show {demo}", "查看它的模型：firstlight show {demo}"}},
        {"recipe-unknown",
         {"There is no recipe “{recipe}” to build an image from.[ Did you mean “{nearest}”?]",
          "没有名为“{recipe}”的镜像构建配方。[您是不是想输入“{nearest}”？]"},
         {"Install Firstlight again, so that its catalog is complete.", "请重新安装 Firstlight，以补全演示目录。"}},
        {"registry-refused",
         {"{host} refused with status {status}.", "{host} 拒绝了请求（状态 {status}）。"},
         {"See whether the image's name and tag are right, and whether it is public.", "请检查镜像名称与标签是否正确，以及镜像是否公开。"}},
        {"registry-strange",
         {"{host} answered something that describes no image.", "{host} 的回答不是镜像的描述。"},
         {"Try again later, or name another tag.", "请稍后再试，或换一个标签。"}},
        {"variant-unknown",
         {"The demo {demo} has no variant “{variant}”.[ Did you mean “{nearest}”?]",
          "演示 {demo} 没有名为“{variant}”的版本。[您是不是想输入“{nearest}”？]"},
         {"See all variants: firstlight choose {demo}", "查看所有版本：firstlight choose {demo}"}},
    };
    return table;
}

} // namespace firstlight
