#include "core/json_lines.h"

namespace firstlight {

void writeJsonLine(std::FILE *stream, const nlohmann::json &value)
{
    const std::string line = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    std::fwrite(line.data(), 1, line.size(), stream);
    std::fflush(stream);
}

namespace {

const char *kindName(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Failed:
        return "failed";
    case ErrorKind::BadInput:
        return "bad-input";
    case ErrorKind::NothingRuns:
        return "nothing-runs";
    case ErrorKind::Cancelled:
        return "cancelled";
    case ErrorKind::DamagedCatalog:
        return "damaged-catalog";
    }
    return "failed";
}

} // namespace

nlohmann::json toJson(const Error &error)
{
    return {{"code", error.code},
            {"facts", error.facts},
            {"kind", kindName(error.kind)},
            {"detail", error.detail},
            {"cause", error.cause ? toJson(*error.cause) : nlohmann::json()}};
}

nlohmann::json toJson(const ProgressUpdate &update)
{
    nlohmann::json line{{"phase", update.phase},
                        {"subject", update.subject},
                        {"done", update.done},
                        {"finished", update.finished}};
    line["unit"] = update.unit == ProgressUnit::Bytes   ? "bytes"
                   : update.unit == ProgressUnit::Steps ? "steps"
                                                        : "none";
    line["total"] = update.total ? nlohmann::json(*update.total) : nlohmann::json();
    line["ratePerSecond"] = update.ratePerSecond ? nlohmann::json(*update.ratePerSecond) : nlohmann::json();
    line["secondsLeft"] = update.timeLeft ? nlohmann::json(update.timeLeft->count()) : nlohmann::json();
    return line;
}

} // namespace firstlight
