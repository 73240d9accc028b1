#pragma once

#include "core/progress.h"
#include "core/result.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace firstlight {

/// Writes \a value as one line of JSON (keys sorted) and flushes, so that a reader sees it at once. Bytes
/// that are not UTF-8 (a file name, another program's words) are replaced, never thrown at the caller.
void writeJsonLine(std::FILE *stream, const nlohmann::json &value);

/// {"code", "facts", "kind", "detail", "cause"}; the face adds "message" and "remedy" in the person's
/// language.
nlohmann::json toJson(const Error &error);
nlohmann::json toJson(const ProgressUpdate &update);

} // namespace firstlight
