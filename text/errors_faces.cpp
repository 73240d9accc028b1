#include "text/error_text.h"

namespace firstlight {

std::span<const ErrorText> faceErrors()
{
    static constexpr ErrorText table[] = {
        {"agreement-needed",
         {"{demo} asks you to agree first: {words}", "{demo} 需要您先同意：{words}"},
         {"If you agree: firstlight run {demo} --agree", "如果您同意：firstlight run {demo} --agree"}},
        {"demo-missing",
         {"No demo was named.", "没有说明是哪个演示。"},
         {"Name one (firstlight list shows them), or ask for all: firstlight {verb} --all",
          "请指定一个（用 firstlight list 查看），或查看全部：firstlight {verb} --all"}},
        {"demo-not-reachable",
         {"The demo {demo} cannot be opened: {found}.", "无法打开演示 {demo}：{found}。"},
         {"Make it answer again: firstlight run {demo}", "让它恢复应答：firstlight run {demo}"}},
        {"draft-exists",
         {"There is a file {path} already.", "文件 {path} 已经存在。"},
         {"Name another file, or remove that one first.", "请换一个文件名，或先删除它。"}},
        {"no-own-image",
         {"{demo} has no image that is built here[ as {variant}].", "{demo} 没有在本机构建的镜像[（{variant}）]。"},
         {"The maker of an image publishes what is in it. See the variants: firstlight show {demo}",
          "镜像的内容由其制作者公布。查看各版本：firstlight show {demo}"}},
        {"nothing-runs",
         {"{demo} cannot run on this computer as it is[: {reason}].", "{demo} 目前无法在这台电脑上运行[：{reason}]。"},
         {"[{fix} ]See every variant with its reason: firstlight choose {demo} --why",
          "[{fix}]查看每个版本及原因：firstlight choose {demo} --why"}},
        {"stop-what",
         {"No demo was named to stop.", "没有说明要停止哪个演示。"},
         {"Name one (firstlight ps shows them), or stop all: firstlight stop --all",
          "请指定一个（用 firstlight ps 查看），或停止全部：firstlight stop --all"}},
        {"try-needs-file",
         {"{demo} is asked with {needed}.", "向 {demo} 提问需要{needed}。"},
         {"Name a file: firstlight try {demo} --input FILE", "请指定文件：firstlight try {demo} --input 文件"}},
        {"try-needs-output",
         {"The answer of {demo} is a file, and nobody said where to put it.", "{demo} 的回答是一个文件，需要指定保存位置。"},
         {"Say where: firstlight try {demo} --output {file}", "指定位置：firstlight try {demo} --output {file}"}},
        {"usage",
         {"This command line is not understood[: {detail}].", "无法理解这条命令[：{detail}]。"},
         {"See how it is used: firstlight[ {verb}] --help", "查看用法：firstlight[ {verb}] --help"}},
        {"verb-unknown",
         {"There is no command “{verb}”.[ Did you mean “{nearest}”?]", "没有名为“{verb}”的命令。[您是不是想输入“{nearest}”？]"},
         {"See all commands: firstlight --help", "查看所有命令：firstlight --help"}},
    };
    return table;
}

} // namespace firstlight
