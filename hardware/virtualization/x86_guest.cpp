#include "hardware/virtualization/x86_guest.h"

#if defined(__x86_64__)

#include <algorithm>
#include <cstring>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <vector>

namespace firstlight::x86 {

namespace {

// Guest memory: code, then the page tables that map the first two megabytes to themselves, then the result.
constexpr std::uint64_t codeAt = 0x1000;
constexpr std::uint64_t tablesAt = 0x2000;

constexpr std::uint64_t firstFactor = 0x12345679;
constexpr std::uint64_t secondFactor = 0xfedcba98;
static_assert(firstFactor * secondFactor == product);

void writeEntry(unsigned char *memory, std::uint64_t at, std::uint64_t entry)
{
    std::memcpy(memory + at, &entry, sizeof entry);
}

} // namespace

void fillMemory(unsigned char *memory, std::string_view program)
{
    constexpr std::uint64_t present = 1;
    constexpr std::uint64_t writable = 2;
    constexpr std::uint64_t largePage = 0x80; // two megabytes
    std::memcpy(memory + codeAt, program.data(), std::min<std::size_t>(program.size(), tablesAt - codeAt));
    writeEntry(memory, tablesAt, (tablesAt + 0x1000) | present | writable);
    writeEntry(memory, tablesAt + 0x1000, (tablesAt + 0x2000) | present | writable);
    writeEntry(memory, tablesAt + 0x2000, present | writable | largePage);
}

/// The features that this KVM gives to a guest, given to the guest: as every virtual machine monitor does.
bool setFeatures(int kvm, int vcpu)
{
    constexpr std::uint32_t entries = 256;
    // By their own numbers, for the same reason as in run_limit.cpp: a struct with a flexible array.
    constexpr unsigned long getSupported = _IOWR(KVMIO, 0x05, std::uint64_t);
    constexpr unsigned long set = _IOW(KVMIO, 0x90, std::uint64_t);
    constexpr std::size_t headerBytes = 2 * sizeof(std::uint32_t);
    std::vector<std::uint32_t> list((headerBytes + entries * sizeof(kvm_cpuid_entry2))
                                    / sizeof(std::uint32_t));
    list[0] = entries;
    return ioctl(kvm, getSupported, list.data()) == 0 && ioctl(vcpu, set, list.data()) == 0;
}

bool setMode(int vcpu)
{
    kvm_sregs state{};
    if (ioctl(vcpu, KVM_GET_SREGS, &state) != 0)
        return false;
    kvm_segment segment{};
    segment.limit = 0xffffffff;
    segment.present = 1;
    segment.s = 1;
    segment.g = 1;
    segment.type = 3; // data, writable, accessed
    segment.selector = 0x10;
    segment.db = 1;
    state.ds = state.es = state.fs = state.gs = state.ss = segment;
    segment.type = 11; // code, readable, accessed
    segment.selector = 0x08;
    segment.db = 0;
    segment.l = 1;
    state.cs = segment;
    state.cr3 = tablesAt;
    state.cr4 = 0x620;      // PAE, OSFXSR, OSXMMEXCPT
    state.cr0 = 0x80050033; // PG, AM, WP, NE, ET, MP, PE
    state.efer = 0x500;     // LMA, LME
    return ioctl(vcpu, KVM_SET_SREGS, &state) == 0;
}

bool setRegisters(int vcpu)
{
    kvm_regs registers{};
    registers.rip = codeAt;
    registers.rax = firstFactor;
    registers.rbx = secondFactor;
    registers.rflags = 2; // always set
    return ioctl(vcpu, KVM_SET_REGS, &registers) == 0;
}

} // namespace firstlight::x86

#endif
