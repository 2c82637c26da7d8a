#include "control/store/bootstrap.hpp"

#include "control/store/access_token_store.hpp"
#include "control/store/user_store.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/ids.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace modelgate::control::store {
namespace {

error_code last_error() {
  return {errno, boost::system::system_category()};
}

/// Under another name first and then renamed, so that nobody ever reads half a token.
error_code write_private(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path temporary = file.string() + ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return last_error();
  const bool written = ::fchmod(descriptor, 0600) == 0
                       && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size())
                       && ::fsync(descriptor) == 0;
  const error_code problem = written ? error_code{} : last_error();
  ::close(descriptor);
  if (!written) return problem;
  if (::rename(temporary.c_str(), file.c_str()) != 0) return last_error();
  return {};
}

}  // namespace

std::optional<std::filesystem::path> bootstrap(const std::filesystem::path& data_folder, const crypto::token_key& key,
                                               database& into, system_time now) {
  const std::filesystem::path file = data_folder / "initial-admin-token";
  const auto made = into.write([&](transaction& within) -> result<bool> {
    user_store users{within};
    if (!users.empty()) return false;
    const crypto::secret token = crypto::generate_token(crypto::token_kind::api);
    users.insert({std::string{first_user_name}, "Administrator", domain::platform_role::admin, now});
    domain::access_token record;
    record.id = random_name_suffix(12);
    record.name = "initial-admin-token";
    record.user = first_user_name;
    record.digest = key.hash(token.reveal());
    record.prefix = crypto::display_prefix(token.reveal());
    record.created_at = now;
    access_token_store{within}.insert(record);
    // Before the commit: a token without a user is replaced by the next start, a user without a token would lock
    // everybody out.
    crypto::secret line{std::string{token.reveal()} + "\n"};
    if (const error_code problem = write_private(file, line.reveal())) {
      return result<bool>{boost::system::in_place_error, problem};
    }
    return true;
  });
  if (!made) {
    throw std::runtime_error{"the first administrator cannot be made in " + data_folder.string() + ": "
                             + made.error().message()};
  }
  if (!*made) return std::nullopt;
  return file;
}

}  // namespace modelgate::control::store
