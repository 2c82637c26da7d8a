#pragma once

namespace modelgate::control::service {

/// Whether a change is only rehearsed: then everything is checked and nothing written.
enum class dry_run { no, yes };

}  // namespace modelgate::control::service
