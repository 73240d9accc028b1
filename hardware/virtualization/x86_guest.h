#pragma once

#if defined(__x86_64__)

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firstlight::x86 {

/// A guest of one virtual processor in 64-bit mode that multiplies two numbers with SSE2, which every such
/// processor has, writes the product to memory and its lower half to a port, and halts.

constexpr std::uint64_t resultAt = 0x5000;
constexpr std::size_t memoryBytes = 0x6000; ///< from guest address 0 on
constexpr std::uint64_t product = 0x121fa00b33e341d8;
constexpr std::uint16_t port = 0x10;

// movq xmm0, rax; movq xmm1, rbx; pmuludq xmm0, xmm1; movq rax, xmm0; mov [0x5000], rax; out 0x10, eax; hlt
constexpr std::string_view code("\x66\x48\x0f\x6e\xc0\x66\x48\x0f\x6e\xcb\x66\x0f\xf4\xc1\x66\x48\x0f\x7e\xc0"
                                "\x48\x89\x04\x25\x00\x50\x00\x00\xe7\x10\xf4",
                                30);

/// Puts \a program, at most a page, and page tables into \a memory.
void fillMemory(unsigned char *memory, std::string_view program);

/// What comes before KVM_RUN; each returns false with errno.
bool setFeatures(int kvm, int vcpu);
bool setMode(int vcpu);
bool setRegisters(int vcpu);

} // namespace firstlight::x86

#endif
