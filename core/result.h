#pragma once

#include "core/error.h"

#include <tl/expected.hpp>

namespace firstlight {

/// A value or the Error that prevented it. The only place that names tl::expected, so that std::expected can
/// follow.
template <typename T> using Result = tl::expected<T, Error>;

/// `return fail({.code = "demo-unknown", .facts = {{"demo", id}}});`
inline tl::unexpected<Error> fail(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

} // namespace firstlight
