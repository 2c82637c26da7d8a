#include "gateway/config/system_look.hpp"

#include "gateway/config/settings_names.hpp"

#include "modelgate/crypto/certificate.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace modelgate::config {
namespace {

namespace fs = std::filesystem;

using finding = std::optional<std::string>;

std::string quoted(const fs::path& path) {
  return "\"" + shown(path.native()) + "\"";
}

finding look_for_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16'384);
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return std::nullopt;
  return "this system has no user \"" + shown(name) + "\"; name one that exists";
}

finding look_for_readable_folder(const fs::path& folder) {
  std::error_code problem;
  const fs::file_status status = fs::status(folder, problem);
  const std::string path = quoted(fs::absolute(folder, problem));
  if (status.type() == fs::file_type::not_found) return "there is no " + path + "; name a folder that exists";
  if (status.type() != fs::file_type::directory && status.type() != fs::file_type::none)
    return path + " is no folder; name a folder";
  if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) != 0) {
    return path + " cannot be read (" + std::generic_category().message(errno)
           + "); let the user who runs modelgate read and enter it";
  }
  return std::nullopt;
}

/// A folder that modelgate makes if it is missing.
finding look_for_possible_folder(const fs::path& folder) {
  std::error_code problem;
  const fs::path whole = fs::absolute(folder, problem);
  fs::path there = whole;
  while (fs::status(there, problem).type() == fs::file_type::not_found && there.has_relative_path())
    there = there.parent_path();
  const fs::file_type type = fs::status(there, problem).type();
  if (type == fs::file_type::directory || type == fs::file_type::none) return std::nullopt;
  if (there == whole) return quoted(whole) + " is no folder; name a folder";
  return quoted(whole) + " cannot be made, as " + quoted(there) + " is no folder; name another place";
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  std::error_code problem;
  const fs::path from = fs::weakly_canonical(fs::absolute(outer, problem), problem);
  const fs::path to = fs::weakly_canonical(fs::absolute(inner, problem), problem);
  const fs::path way = to.lexically_relative(from);
  return !way.empty() && *way.begin() != "..";
}

void look_at_tls(const tls_port_settings& port, std::string_view certificates_key, std::string_view keys_key,
                 std::string_view client_ca_key, std::vector<settings_problem>& found) {
  if (!port.keys.empty() && port.keys.size() != port.certificates.size()) return;  // told elsewhere
  for (std::size_t i = 0; i < port.certificates.size(); ++i) {
    const auto loaded = crypto::load_certificate(port.certificates[i], port.keys.empty() ? fs::path{} : port.keys[i]);
    if (!loaded) found.push_back({{loaded.error().is_about_key ? keys_key : certificates_key}, loaded.error().detail});
  }
  if (port.client_certificates == client_certificate_use::off || port.client_ca.empty()) return;
  if (std::string why = crypto::look_at_authorities(port.client_ca); !why.empty()) {
    found.push_back({{client_ca_key}, std::move(why)});
  }
}

}  // namespace

std::vector<settings_problem> find_missing(const settings& whole,
                                           const std::function<bool(std::string_view key)>& is_set) {
  std::vector<settings_problem> found;
  const auto note = [&found](std::string_view key, finding what) {
    if (what) found.push_back({{key}, std::move(*what)});
  };
  constexpr std::string_view user = "runtime.process.user";
  constexpr std::string_view work = "runtime.process.work_folder";
  if (is_set(user) || ::geteuid() == 0) note(user, look_for_user(whole.process_runtime.user));
  if (is_set("catalogue.path")) note("catalogue.path", look_for_readable_folder(whole.catalogue));
  if (is_set("data.folder")) note("data.folder", look_for_possible_folder(whole.data_folder));
  if (is_set(work)) {
    note(work, look_for_possible_folder(whole.process_runtime.work_folder));
    if (is_within(whole.process_runtime.work_folder, whole.data_folder)) {
      found.push_back({{work, "data.folder"}, "is in the data folder, which replicas may not see; name another place"});
    }
  }
  look_at_tls(whole.tls.prediction, "tls.prediction.certificates", "tls.prediction.keys", "tls.prediction.client_ca",
              found);
  look_at_tls(whole.tls.control, "tls.control.certificates", "tls.control.keys", "tls.control.client_ca", found);
  if (const fs::path& authorities = whole.external_runtime.ca_file; !authorities.empty()) {
    std::string why = crypto::look_at_authorities(authorities);
    if (!why.empty()) found.push_back({{"runtime.external.ca_file"}, std::move(why)});
  }
  return found;
}

}  // namespace modelgate::config
