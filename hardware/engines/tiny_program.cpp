#include "hardware/engines/tiny_program.h"

#include <elf.h>
#include <string_view>

namespace firstlight {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half machine = EM_X86_64;
// mov eax, 60; xor edi, edi; syscall
constexpr std::string_view code("\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05", 9);
#elif defined(__aarch64__) && defined(__AARCH64EL__)
constexpr Elf64_Half machine = EM_AARCH64;
// mov x8, #93; mov x0, #0; svc #0
constexpr std::string_view code("\xa8\x0b\x80\xd2\x00\x00\x80\xd2\x01\x00\x00\xd4", 12);
#elif defined(__riscv) && __riscv_xlen == 64
constexpr Elf64_Half machine = EM_RISCV;
// li a7, 93; li a0, 0; ecall
constexpr std::string_view code("\x93\x08\xd0\x05\x13\x05\x00\x00\x73\x00\x00\x00", 12);
#elif defined(__loongarch64)
constexpr Elf64_Half machine = 258; // EM_LOONGARCH, missing from older headers
// ori a7, zero, 93; or a0, zero, zero; syscall 0
constexpr std::string_view code("\x0b\x74\x81\x03\x04\x00\x15\x00\x00\x00\x2b\x00", 12);
#else
constexpr Elf64_Half machine = EM_NONE;
constexpr std::string_view code;
#endif

template <typename Struct> void appendBytes(std::string &text, const Struct &value)
{
    text.append(reinterpret_cast<const char *>(&value), sizeof value);
}

} // namespace

std::optional<std::string> tinyProgram()
{
    if (code.empty())
        return std::nullopt;
    constexpr Elf64_Addr base = 0x400000;
    constexpr std::size_t headers = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);

    Elf64_Ehdr file{};
    std::string_view(ELFMAG).copy(reinterpret_cast<char *>(file.e_ident), SELFMAG);
    file.e_ident[EI_CLASS] = ELFCLASS64;
    file.e_ident[EI_DATA] = ELFDATA2LSB;
    file.e_ident[EI_VERSION] = EV_CURRENT;
    file.e_type = ET_EXEC;
    file.e_machine = machine;
    file.e_version = EV_CURRENT;
    file.e_entry = base + headers;
    file.e_phoff = sizeof file;
    file.e_ehsize = sizeof file;
    file.e_phentsize = sizeof(Elf64_Phdr);
    file.e_phnum = 1;

    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = base;
    segment.p_paddr = base;
    segment.p_filesz = headers + code.size();
    segment.p_memsz = headers + code.size();
    segment.p_align = 0x10000; // the largest page size of these processors

    std::string program;
    appendBytes(program, file);
    appendBytes(program, segment);
    program += code;
    return program;
}

} // namespace firstlight
