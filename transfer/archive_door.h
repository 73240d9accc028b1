#pragma once

#include "core/result.h"

#include <archive.h>
#include <archive_entry.h>

namespace firstlight {

/// The functions of libarchive that Firstlight calls, bound when the first archive is opened.
struct ArchiveFunctions {
    decltype(&::archive_read_new) readNew;
    decltype(&::archive_read_free) readFree;
    decltype(&::archive_read_support_format_tar) supportTar;
    decltype(&::archive_read_support_format_zip) supportZip;
    decltype(&::archive_read_support_format_ar) supportAr;
    decltype(&::archive_read_support_filter_gzip) supportGzip;
    decltype(&::archive_read_support_filter_xz) supportXz;
    decltype(&::archive_read_support_filter_zstd) supportZstd;
    decltype(&::archive_read_support_filter_bzip2) supportBzip2;
    decltype(&::archive_read_open_filename) openFile;
    decltype(&::archive_read_open) openCallbacks;
    decltype(&::archive_read_next_header) nextHeader;
    decltype(&::archive_read_data) readData;
    decltype(&::archive_errno) errorNumber;
    decltype(&::archive_error_string) errorText;

    decltype(&::archive_write_new) writeNew;
    decltype(&::archive_write_free) writeFree;
    decltype(&::archive_write_close) writeClose;
    decltype(&::archive_write_set_format_pax_restricted) setPaxRestricted;
    decltype(&::archive_write_set_bytes_in_last_block) setLastBlock;
    decltype(&::archive_write_open_fd) writeOpen;
    decltype(&::archive_write_header) writeHeader;
    decltype(&::archive_write_data) writeData;

    decltype(&::archive_entry_new) entryNew;
    decltype(&::archive_entry_free) entryFree;
    decltype(&::archive_entry_pathname) pathname;
    decltype(&::archive_entry_filetype) filetype;
    decltype(&::archive_entry_perm) permissions;
    decltype(&::archive_entry_size) size;
    decltype(&::archive_entry_symlink) symlink;
    decltype(&::archive_entry_hardlink) hardlink;
    decltype(&::archive_entry_set_pathname) setPathname;
    decltype(&::archive_entry_set_filetype) setFiletype;
    decltype(&::archive_entry_set_perm) setPermissions;
    decltype(&::archive_entry_set_size) setSize;
    decltype(&::archive_entry_set_symlink) setSymlink;
    decltype(&::archive_entry_set_hardlink) setHardlink;
    decltype(&::archive_entry_set_mtime) setMtime;
};

/// Opens libarchive.so.13 (once per process, thread-safe). Error "library-missing" {library, package}.
Result<const ArchiveFunctions *> openArchiveLibrary();

} // namespace firstlight
