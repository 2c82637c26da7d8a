#pragma once

#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

/// From a config file, the environment and flags to settings, with every mistake on the way told at once.
namespace modelgate::config {

/// Settings while they are gathered: each layer lies over the one before.
///
/// Shape:  made once, when the program starts. Lay the layers in their order (file, environment, flags), then look at
///         the system if they are to be used here, then finish.
/// Errors: in `mistakes`. `where` is "FILE:LINE:COLUMN", the variable's name or the flag; `detail` is "key.path: what
///         is wrong; what to do".
struct settings_draft {
  settings values;
  std::string file;                                        ///< as its user named it; empty without one
  std::map<std::string, std::string, std::less<>> places;  ///< of the keys that some layer set
  std::set<std::string, std::less<>> doubtful;             ///< keys whose last value was refused
  diagnostics mistakes;
};

/// Lays a config file's text. `file` is what mistakes are located by, "LINE:COLUMN" alone where it is empty; `folder`
/// is where relative paths start. Without a key, the catalogue is `images` in that folder.
void lay_text(settings_draft& draft, std::string_view toml, const std::filesystem::path& folder,
              const std::string& file);

/// Reads a config file and lays it; relative paths start at its folder.
void lay_file(settings_draft& draft, const std::string& file);

/// Lays `MODELGATE_SECTION__KEY` variables: section and key in upper case, joined by two underscores, e.g.
/// MODELGATE_LISTEN__PREDICTION. Such a variable without a key is a mistake; those without "__" are others' business.
/// Relative paths start at the working folder.
void lay_environment(settings_draft& draft, const std::map<std::string, std::string>& environment);

/// Lays the value of a flag that stands for a key.
void lay_flag(settings_draft& draft, std::string_view flag, std::string_view key, const std::string& text);

/// Looks whether this system has what the settings name: the user of replicas, folders. Reads the disk and the list of
/// users; everything else here is pure but for lay_file.
void look_at_system(settings_draft& draft);

/// Looks at the keys together and puts the mistakes in order: those of the file by their place, then the others.
[[nodiscard]] result<settings, diagnostics> finish(settings_draft draft);

}  // namespace modelgate::config
