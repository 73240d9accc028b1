#include "hardware/virtualization/tiny_guest.h"

#include "core/files.h"
#include "hardware/virtualization/run_limit.h"
#include "hardware/virtualization/x86_guest.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mman.h>

namespace firstlight {

#if defined(__x86_64__)

namespace {

/// Memory that is shared with the kernel.
class Mapping {
public:
    Mapping(std::size_t size, int fd)
        : m_size(size)
    {
        m_data
            = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
    }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    ~Mapping()
    {
        if (isMapped())
            munmap(m_data, m_size);
    }
    bool isMapped() const { return m_data != MAP_FAILED; }
    unsigned char *data() const { return static_cast<unsigned char *>(m_data); }

private:
    std::size_t m_size;
    void *m_data;
};

TrialOutcome failure(std::string reason)
{
    return {.works = false, .reason = std::move(reason)};
}

TrialOutcome failureOf(const char *step)
{
    const char *name = strerrorname_np(errno);
    return failure(std::string(step) + ' ' + (name ? name : std::to_string(errno)));
}

std::string exitName(const kvm_run &run)
{
    if (run.exit_reason == KVM_EXIT_INTERNAL_ERROR)
        return "KVM_RUN internal-error " + std::to_string(run.internal.suberror);
    if (run.exit_reason == KVM_EXIT_FAIL_ENTRY)
        return "KVM_RUN fail-entry " + std::to_string(run.fail_entry.hardware_entry_failure_reason);
    return "KVM_RUN exit " + std::to_string(run.exit_reason);
}

/// nullopt when KVM_RUN ended with \a expected.
std::optional<TrialOutcome> runUntil(int vcpu, const kvm_run &run, const RunLimit &limit,
                                     std::uint32_t expected)
{
    while (ioctl(vcpu, KVM_RUN, 0) != 0) {
        if (limit.hasPassed())
            return failure("KVM_RUN timeout");
        if (errno != EINTR) // another signal of this process is no answer
            return failureOf("KVM_RUN");
    }
    if (run.exit_reason != expected)
        return failure(exitName(run));
    return std::nullopt;
}

bool wroteProduct(const unsigned char *runArea, const kvm_run &run)
{
    std::uint32_t written = 0;
    if (run.io.direction != KVM_EXIT_IO_OUT || run.io.port != x86::port || run.io.size != sizeof written)
        return false;
    std::memcpy(&written, runArea + run.io.data_offset, sizeof written);
    return written == static_cast<std::uint32_t>(x86::product);
}

TrialOutcome runGuest(int vcpu, const unsigned char *runArea, const unsigned char *memory,
                      const RunLimit &limit)
{
    const kvm_run &run = *reinterpret_cast<const kvm_run *>(runArea);
    if (const auto failed = runUntil(vcpu, run, limit, KVM_EXIT_IO))
        return *failed;
    if (!wroteProduct(runArea, run))
        return failure("result");
    if (const auto failed = runUntil(vcpu, run, limit, KVM_EXIT_HLT))
        return *failed;
    std::uint64_t result = 0;
    std::memcpy(&result, memory + x86::resultAt, sizeof result);
    return result == x86::product ? TrialOutcome{.works = true, .reason = {}} : failure("result");
}

} // namespace

TrialOutcome tryTinyGuest(const std::string &devicePath, std::chrono::milliseconds timeLimit,
                          std::string_view code)
{
    const FileDescriptor kvm(open(devicePath.c_str(), O_RDWR | O_CLOEXEC));
    if (!kvm.isOpen())
        return failureOf("open");
    const int version = ioctl(kvm.get(), KVM_GET_API_VERSION, 0);
    if (version != KVM_API_VERSION)
        return version < 0 ? failureOf("KVM_GET_API_VERSION")
                           : failure("KVM_GET_API_VERSION " + std::to_string(version));
    const FileDescriptor machine(ioctl(kvm.get(), KVM_CREATE_VM, 0));
    if (!machine.isOpen())
        return failureOf("KVM_CREATE_VM");
    // Processors of Intel need a place for this before the first virtual one, others do not mind.
    constexpr unsigned long taskStateAt = 0xfffbd000;
    if (ioctl(machine.get(), KVM_SET_TSS_ADDR, taskStateAt) != 0)
        return failureOf("KVM_SET_TSS_ADDR");

    const Mapping memory(x86::memoryBytes, -1);
    if (!memory.isMapped())
        return {};
    x86::fillMemory(memory.data(), code.empty() ? x86::code : code);
    kvm_userspace_memory_region region{};
    region.memory_size = x86::memoryBytes;
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(memory.data());
    if (ioctl(machine.get(), KVM_SET_USER_MEMORY_REGION, &region) != 0)
        return failureOf("KVM_SET_USER_MEMORY_REGION");

    const FileDescriptor vcpu(ioctl(machine.get(), KVM_CREATE_VCPU, 0));
    if (!vcpu.isOpen())
        return failureOf("KVM_CREATE_VCPU");
    const int runBytes = ioctl(kvm.get(), KVM_GET_VCPU_MMAP_SIZE, 0);
    if (runBytes < static_cast<int>(sizeof(kvm_run)))
        return failureOf("KVM_GET_VCPU_MMAP_SIZE");
    const Mapping run(static_cast<std::size_t>(runBytes), vcpu.get());
    if (!run.isMapped())
        return failureOf("mmap");
    if (!x86::setFeatures(kvm.get(), vcpu.get()))
        return failureOf("KVM_SET_CPUID2");
    if (!x86::setMode(vcpu.get()))
        return failureOf("KVM_SET_SREGS");
    if (!x86::setRegisters(vcpu.get()))
        return failureOf("KVM_SET_REGS");

    const RunLimit limit(timeLimit);
    if (!limit.isSet() || !limit.applyTo(vcpu.get()))
        return {}; // without a limit nothing is run
    return runGuest(vcpu.get(), run.data(), memory.data(), limit);
}

#else

// A guest for Arm, RISC-V and the others is not written: there was no such computer to prove it on.
TrialOutcome tryTinyGuest(const std::string &, std::chrono::milliseconds, std::string_view)
{
    return {};
}

#endif

} // namespace firstlight
