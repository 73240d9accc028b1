#include "text/error_text.h"

namespace firstlight {

std::span<const ErrorText> coreErrors()
{
    static constexpr ErrorText table[] = {
        {"cancelled", {"Stopped, as you asked.", "已按您的要求停止。"}, {"", ""}},
        {"disk-full",
         {"The disk is full: could not {action} {path}.", "磁盘已满：无法{action} {path}。"},
         {"Free some space there, then run the same command again; what was already downloaded is kept.",
          "请在该磁盘上腾出空间，然后再次运行同一命令；已下载的部分会保留。"}},
        {"file-io",
         {"Could not {action} {path}[: {detail}].", "无法{action} {path}[：{detail}]。"},
         {"Check that the path exists and that you may use it.", "请检查该路径是否存在，以及您是否有权使用。"}},
        {"file-locked",
         {"Another Firstlight is using {path}.", "另一个 Firstlight 正在使用 {path}。"},
         {"Wait for it to finish, then try again.", "请等它结束后再试。"}},
        {"file-too-large",
         {"{path} is larger than {needed:bytes}, which no file of its kind should be.", "{path} 大于 {needed:bytes}，这类文件不应该这么大。"},
         {"Check that it is the file you meant.", "请检查它是不是您想用的文件。"}},
        {"process-failed",
         {"{program} failed ({found})[: {detail}].", "{program} 运行失败（{found}）[：{detail}]。"},
         {"", ""}},
        {"process-output-limit",
         {"{program} printed far more than expected and was stopped.", "{program} 的输出远超预期，已被停止。"},
         {"Run it by hand to see what it says.", "请手动运行它，看看它输出了什么。"}},
        {"process-timeout",
         {"{program} did not finish within {needed} seconds and was stopped.", "{program} 未能在 {needed} 秒内完成，已被停止。"},
         {"Try again when the computer is less busy.", "请在电脑不太忙时再试。"}},
        {"program-missing",
         {"The program {program} is not installed.", "没有安装程序 {program}。"},
         {"Install it with your system's package manager, then try again.", "请用系统的软件包管理器安装它，然后再试。"}},
        {"program-not-started",
         {"{program} could not be started[: {detail}].", "无法启动 {program}[：{detail}]。"},
         {"Check that it is installed correctly.", "请检查它是否安装正确。"}},
    };
    return table;
}

} // namespace firstlight
