#include "cli/commands.h"

#include "core/json_lines.h"
#include "hardware/machine_json.h"
#include "text/machine_text.h"

#include <fmt/format.h>

namespace firstlight {

int showVersion(const Session &session)
{
    if (session.options().json)
        writeJsonLine(stdout, {{"name", "firstlight"}, {"version", FIRSTLIGHT_VERSION}});
    else
        session.out().line("firstlight " FIRSTLIGHT_VERSION);
    return 0;
}

int showMachine(const Session &session)
{
    const auto machine = session.machine(true);
    if (!machine)
        return session.report(machine.error());
    if (session.options().json) {
        writeJsonLine(stdout, toJson(*machine));
        return 0;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, value] : describe(*machine, session.language()))
        rows.push_back({session.out().faint(name), value});
    session.out().table(rows);
    return 0;
}

} // namespace firstlight
