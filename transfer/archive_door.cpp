#include "transfer/archive_door.h"

#include "core/shared_library.h"

namespace firstlight {

namespace {

Result<ArchiveFunctions> bindArchive()
{
    auto library = SharedLibrary::open({"libarchive.so.13"}, "libarchive13");
    if (!library)
        return fail(library.error());
    ArchiveFunctions functions{};
    library->bind(functions.readNew, "archive_read_new");
    library->bind(functions.readFree, "archive_read_free");
    library->bind(functions.supportTar, "archive_read_support_format_tar");
    library->bind(functions.supportZip, "archive_read_support_format_zip");
    library->bind(functions.supportAr, "archive_read_support_format_ar");
    library->bind(functions.supportGzip, "archive_read_support_filter_gzip");
    library->bind(functions.supportXz, "archive_read_support_filter_xz");
    library->bind(functions.supportZstd, "archive_read_support_filter_zstd");
    library->bind(functions.supportBzip2, "archive_read_support_filter_bzip2");
    library->bind(functions.openFile, "archive_read_open_filename");
    library->bind(functions.openCallbacks, "archive_read_open");
    library->bind(functions.nextHeader, "archive_read_next_header");
    library->bind(functions.readData, "archive_read_data");
    library->bind(functions.errorNumber, "archive_errno");
    library->bind(functions.errorText, "archive_error_string");
    library->bind(functions.writeNew, "archive_write_new");
    library->bind(functions.writeFree, "archive_write_free");
    library->bind(functions.writeClose, "archive_write_close");
    library->bind(functions.setPaxRestricted, "archive_write_set_format_pax_restricted");
    library->bind(functions.setLastBlock, "archive_write_set_bytes_in_last_block");
    library->bind(functions.writeOpen, "archive_write_open_fd");
    library->bind(functions.writeHeader, "archive_write_header");
    library->bind(functions.writeData, "archive_write_data");
    library->bind(functions.entryNew, "archive_entry_new");
    library->bind(functions.entryFree, "archive_entry_free");
    library->bind(functions.pathname, "archive_entry_pathname");
    library->bind(functions.filetype, "archive_entry_filetype");
    library->bind(functions.permissions, "archive_entry_perm");
    library->bind(functions.size, "archive_entry_size");
    library->bind(functions.symlink, "archive_entry_symlink");
    library->bind(functions.hardlink, "archive_entry_hardlink");
    library->bind(functions.setPathname, "archive_entry_set_pathname");
    library->bind(functions.setFiletype, "archive_entry_set_filetype");
    library->bind(functions.setPermissions, "archive_entry_set_perm");
    library->bind(functions.setSize, "archive_entry_set_size");
    library->bind(functions.setSymlink, "archive_entry_set_symlink");
    library->bind(functions.setHardlink, "archive_entry_set_hardlink");
    library->bind(functions.setMtime, "archive_entry_set_mtime");
    if (auto bound = library->check(); !bound)
        return fail(bound.error());
    return functions;
}

} // namespace

Result<const ArchiveFunctions *> openArchiveLibrary()
{
    static const Result<ArchiveFunctions> library = bindArchive();
    if (!library)
        return fail(library.error());
    return &*library;
}

} // namespace firstlight
