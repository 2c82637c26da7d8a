#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <string>
#include <vector>

namespace modelgate::tests {

/// An entry of an archive, well-behaved or not.
struct packed {
  std::string path;
  std::string text;  ///< of a file, or where a link leads
  unsigned kind = AE_IFREG;
  bool is_hard_link = false;
};

/// A .tar.gz of them.
inline void write_archive(const std::filesystem::path& file, const std::vector<packed>& entries) {
  archive* out = archive_write_new();
  archive_write_set_format_pax_restricted(out);
  archive_write_add_filter_gzip(out);
  archive_write_open_filename(out, file.c_str());
  for (const packed& each : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, each.path.c_str());
    archive_entry_set_perm(entry, 04777);
    if (each.is_hard_link) {
      archive_entry_set_hardlink(entry, each.text.c_str());
    } else {
      archive_entry_set_filetype(entry, each.kind);
      if (each.kind == AE_IFLNK) archive_entry_set_symlink(entry, each.text.c_str());
      if (each.kind == AE_IFREG) archive_entry_set_size(entry, static_cast<la_int64_t>(each.text.size()));
    }
    archive_write_header(out, entry);
    if (each.kind == AE_IFREG && !each.is_hard_link) archive_write_data(out, each.text.data(), each.text.size());
    archive_entry_free(entry);
  }
  archive_write_free(out);
}

}  // namespace modelgate::tests
