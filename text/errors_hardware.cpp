#include "text/error_text.h"

namespace firstlight {

namespace {

constexpr Phrase recordAgain{"Make a new one on that computer: firstlight machine --json > my-computer.json",
                             "请在那台电脑上重新生成：firstlight machine --json > my-computer.json"};

}

std::span<const ErrorText> hardwareErrors()
{
    static constexpr ErrorText table[] = {
        {"machine-profile-damaged",
         {"The computer profile[ {path}] is damaged[ at {pointer}][: needed {needed}, found {found}].",
          "电脑档案[ {path} ]已损坏[，位置 {pointer}][：需要 {needed}，实际为 {found}]。"},
         recordAgain},
        {"machine-recording-no-folder",
         {"{path} is a single file, of which no recording can be made.", "{path} 是单个文件，无法据此制作记录。"},
         {"Give a folder with proc/ and sys/, or leave out --root to record this computer.", "请指定包含 proc/ 和 sys/ 的文件夹，或去掉 --root 以记录这台电脑。"}},
        {"machine-recording-unknown",
         {"{path} is not a recorded computer: neither a JSON profile, nor a folder with proc/ or sys/ in it, nor a cpuinfo file.",
          "{path} 不是电脑记录：既不是 JSON 档案，也不是含有 proc/ 或 sys/ 的文件夹，也不是 cpuinfo 文件。"},
         recordAgain},
        {"machine-recording-unreadable",
         {"The recorded computer {path} could not be read.", "无法读取电脑记录 {path}。"},
         {"", ""}},
        {"machine-root-unreadable",
         {"The folder {path} could not be opened[: {detail}].", "无法打开文件夹 {path}[：{detail}]。"},
         {"Check that this folder exists and that you may read it.", "请检查该文件夹是否存在，以及您是否有权读取。"}},
        {"recording-folder-not-empty",
         {"The folder {path} already holds something.", "文件夹 {path} 中已有内容。"},
         {"Give the name of a new or an empty folder.", "请指定一个新的或空的文件夹。"}},
    };
    return table;
}

} // namespace firstlight
