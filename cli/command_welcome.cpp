#include "cli/commands.h"

namespace firstlight {

int showWelcome(const Session &session)
{
    const Terminal &out = session.out();
    out.line(session.say(
        {"Firstlight starts AI demos that fit this computer.", "Firstlight 启动适合这台电脑的 AI 演示。"}));
    out.table({{out.bold("firstlight list"), session.say({"what runs well here", "这台电脑能运行什么"})},
               {out.bold("firstlight run chat"), session.say({"start one", "启动一个演示"})},
               {out.bold("firstlight ps"), session.say({"what is running", "正在运行什么"})},
               {out.bold("firstlight machine"), session.say({"this computer", "这台电脑"})},
               {out.bold("firstlight --help"), session.say({"everything else", "其他所有命令"})}});
    return 0;
}

} // namespace firstlight
