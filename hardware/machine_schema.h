#pragma once

#include <nlohmann/json_fwd.hpp>

namespace firstlight {

/// The JSON Schema (draft 2020-12) of what toJson() writes and machineFromJson() takes, made from
/// hardware/machine_fields.h. A field that may be unknown may be null. Fields that are not named are allowed,
/// and all but "schema" may be missing, so that profiles of earlier and later versions stay valid. Published
/// as catalog/schema/firstlight-machine-1.schema.json.
nlohmann::json machineSchema();

} // namespace firstlight
