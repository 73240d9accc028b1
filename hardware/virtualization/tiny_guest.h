#pragma once

#include "hardware/trial_outcome.h"

#include <chrono>
#include <string>
#include <string_view>

namespace firstlight {

/// How long a tiny guest may take in all; it needs a few hundred microseconds.
inline constexpr std::chrono::milliseconds tinyGuestTimeLimit{2000};

/// Runs a guest of a few instructions through the KVM API on \a devicePath, in this process, and looks at
/// what it computed. That a virtual machine can be made, and even that code of it runs, proves little: a KVM
/// without support of the processor takes simple instructions apart in software and stops at all others. So
/// the guest works in 64-bit mode with instructions that the kernel's emulator never had.
///
/// `reason` is the step that failed, and how: "KVM_CREATE_VM ENOMEM", "KVM_RUN internal-error 1" (1 is
/// KVM_INTERNAL_ERROR_EMULATION), "KVM_RUN exit 8", "KVM_RUN timeout", "result". Where no guest is written
/// for this processor `works` is nullopt. \a code is another program for the guest, for tests. The calling
/// thread's signal mask is as before afterwards.
TrialOutcome tryTinyGuest(const std::string &devicePath = "/dev/kvm",
                          std::chrono::milliseconds timeLimit = tinyGuestTimeLimit,
                          std::string_view code = {});

} // namespace firstlight
