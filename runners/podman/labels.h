#pragma once

/// The labels that Firstlight puts on its containers: together with what the engine itself knows they are the
/// only record of what runs.
namespace firstlight::labels {

inline constexpr auto demo = "org.firstlight.demo";
inline constexpr auto variant = "org.firstlight.variant";
inline constexpr auto web = "org.firstlight.web";       ///< path of the demo's page
inline constexpr auto ready = "org.firstlight.ready";   ///< path of the readiness test
inline constexpr auto plan = "org.firstlight.plan";     ///< fingerprint of the plan that it was started from
inline constexpr auto secret = "org.firstlight.secret"; ///< the word that opens it, of one that needs one
inline constexpr auto port = "org.firstlight.port";     ///< on 127.0.0.1
inline constexpr auto folder
    = "org.firstlight.folder"; ///< of this launch, when it is reached through a socket
inline constexpr auto socket = "org.firstlight.socket"; ///< name of the unix socket in that folder

} // namespace firstlight::labels
