#pragma once

#include "control/runtime/file_handle.hpp"

#include <filesystem>

namespace modelgate::control::runtime::process {

/// A Landlock rule set under which everything can be used but one folder, and with it every folder on the way to it as
/// far as its own entries go: Landlock can only grant, so what is granted is each neighbour of that way.
///
/// A neighbour that is made later is not granted; replicas have a folder of their own for what they write.
///
/// Shape:  built for one start, because neighbours come and go. Applied in the child by `landlock_restrict_self`.
/// Errors: an empty handle when the kernel has no Landlock, or when a rule cannot be made.
/// Source: Documentation/userspace-api/landlock.rst of the kernel.
[[nodiscard]] file_handle make_guard(const std::filesystem::path& hidden);

/// Whether this kernel can do it at all.
[[nodiscard]] bool is_guard_supported() noexcept;

}  // namespace modelgate::control::runtime::process
